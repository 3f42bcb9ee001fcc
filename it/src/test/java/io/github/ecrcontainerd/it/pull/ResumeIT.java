package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What has come of a pull that failed is there for the next one; and what is kept is whole. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(100)
class ResumeIT {
  private static final int MIB = 1 << 20;
  private final Containerd daemon;
  private final LocalEcr ecr;
  private final String namespace = "n" + UUID.randomUUID();
  private final ContainerdClient containerd;

  ResumeIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
    this.containerd =
        ContainerdClient.builder().address(daemon.socket()).namespace(namespace).build();
  }

  @AfterEach
  void close() {
    containerd.close();
  }

  @Test
  void layersOfAFailedPullOutliveTheGarbageCollectorAndAreNotFetchedAgain() throws Exception {
    OciLayout layout = ecr.repository("failed");
    List<Descriptor> layers =
        List.of(NoiseImage.layer(layout, 1, MIB), NoiseImage.layer(layout, 2, 2 * MIB));
    NoiseImage.tag(layout, "1", layers);
    Digest broken = layers.getLast().digest();
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                request.digest().equals(broken)
                    ? LayerFault.wrongContentRange()
                    : LayerFault.none());

    assertThatThrownBy(() -> pull("failed", new PullListener() {}))
        .isInstanceOf(ResolverException.class);

    daemon.collectGarbage(namespace);
    assertThat(daemon.ctr("-n", namespace, "images", "ls", "-q")).isBlank();
    assertThat(daemon.ctr("-n", namespace, "content", "ls", "-q"))
        .contains(layers.getFirst().digest().toString());
    assertThat(daemon.heldLeases("-n", namespace)).isEmpty();
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
    ecr.server().counters().reset();

    pull("failed", new PullListener() {});

    assertThat(ecr.server().counters().layerTransfers())
        .extracting(LayerTransfer::digest)
        .doesNotContain(layers.getFirst().digest());
    assertThat(daemon.ctr("-n", namespace, "images", "check")).contains("complete (3/3)");
    assertThat(daemon.ctr("-n", namespace, "leases", "ls", "-q")).isBlank();
  }

  @Test
  void aPullWhoseLeaseOthersEndIsAnErrorAndLeavesNoRecord() throws Exception {
    OciLayout layout = ecr.repository("robbed");
    List<Descriptor> layers =
        List.of(NoiseImage.layer(layout, 3, MIB), NoiseImage.layer(layout, 4, MIB));
    NoiseImage.tag(layout, "1", layers);

    assertThatThrownBy(() -> pull("robbed", new Robber()))
        .isInstanceOfSatisfying(
            ImageException.class,
            e -> assertThat(e.code()).isEqualTo(ImageException.Code.INCOMPLETE))
        .hasMessageContaining("was removed from containerd while the image was pulled");

    assertThat(daemon.ctr("-n", namespace, "images", "ls", "-q")).isBlank();
  }

  private void pull(String repository, PullListener listener) throws InterruptedException {
    try (EcrResolver resolver = ecr.resolver().build()) {
      containerd.pull(
          ecr.reference(repository, "1"),
          resolver,
          PullOptions.builder().unpack(false).listener(listener).build());
    }
  }

  /** Ends the lease of the pull when its first layer has come. */
  private final class Robber implements PullListener {
    private boolean done;

    @Override
    public synchronized void completed(Descriptor content) {
      if (!done && content.mediaType().contains("layer")) {
        done = true;
        daemon
            .heldLeases("-n", namespace)
            .forEach(lease -> daemon.ctr("-n", namespace, "leases", "rm", "--sync", lease));
      }
    }
  }
}
