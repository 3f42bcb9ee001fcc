package io.github.ecrcontainerd.containerd.internal.pull;

import static io.github.ecrcontainerd.containerd.internal.memory.SampleImage.child;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.internal.image.RemoteImage;
import io.github.ecrcontainerd.containerd.internal.memory.MemoryContainerd;
import io.github.ecrcontainerd.containerd.internal.memory.MemoryRegistry;
import io.github.ecrcontainerd.containerd.internal.memory.SampleImage;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class PullOperationTest {
  private static final PullOptions CONTENT =
      PullOptions.builder().platform(Platform.parse("linux/amd64")).unpack(false).build();

  private final MemoryRegistry registry = new MemoryRegistry();
  private final MemoryContainerd containerd = new MemoryContainerd();
  private final SampleImage image = new SampleImage(registry);

  @Test
  void storesParentsBeforeChildrenAndKeepsThemByLabels() throws Exception {
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor root = image.index(child(amd64, "linux", "amd64"));

    Image pulled = pull(root, CONTENT);

    assertThat(pulled.name()).isEqualTo("memory/app:1");
    assertThat(containerd.stored()).hasSize(5).startsWith(root.digest(), amd64.digest());
    assertThat(containerd.labels(root))
        .containsEntry("containerd.io/gc.ref.content.m.0", amd64.digest().toString())
        .containsEntry("containerd.io/distribution.source.memory", "app");
    assertThat(containerd.labels(amd64))
        .containsKeys("containerd.io/gc.ref.content.config", "containerd.io/gc.ref.content.l.1");
    assertThat(containerd.held()).isEmpty();
  }

  @Test
  void fetchesNothingButWhatIsMissing() throws Exception {
    Descriptor root = image.index(child(image.image("linux", "amd64"), "linux", "amd64"));
    pull(root, CONTENT);
    int fetched = registry.fetched().size();
    List<Digest> there = new ArrayList<>();

    pull(
        root,
        CONTENT.toBuilder()
            .listener(
                new PullListener() {
                  @Override
                  public synchronized void alreadyThere(Descriptor content) {
                    there.add(content.digest());
                  }
                })
            .build());

    assertThat(registry.fetched()).hasSize(fetched);
    assertThat(there).hasSize(5);
  }

  @Test
  void keepsWhatCameOfAPullThatFailsForADayAndUnderNoName() throws Exception {
    Descriptor layer = image.layer("a layer");
    Descriptor root = image.manifest(image.config("linux", "amd64", 1), layer);
    registry.damage(layer);

    assertThatThrownBy(() -> pull(root, CONTENT))
        .isInstanceOfSatisfying(
            ImageException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ImageException.Code.DAMAGED);
              assertThat(e.digest()).contains(layer.digest());
            });

    assertThat(containerd.images().get("memory/app:1")).isEmpty();
    assertThat(containerd.held())
        .singleElement()
        .satisfies(
            kept -> {
              assertThat(kept.id()).isEqualTo("resume-" + root.digest());
              // A day by the daemon's clock, which stands far in the past.
              assertThat(kept.labels()).containsEntry(Leases.EXPIRE, "2020-01-02T00:00:00Z");
              assertThat(containerd.leases().resources(kept.id()))
                  .containsExactly(new LeaseResource("content", root.digest().toString()));
            });
    assertThat(registry.fetched().stream().filter(layer.digest()::equals)).hasSize(2);
  }

  @Test
  void theNextPullTakesTheLeaseOfAFailedOneAway() throws Exception {
    Descriptor layer = image.layer("a layer");
    Descriptor root = image.manifest(image.config("linux", "amd64", 1), layer);
    PullListener broken =
        new PullListener() {
          @Override
          public void completed(Descriptor content) {
            if (content.equals(layer)) {
              throw new IllegalStateException("the listener is broken");
            }
          }
        };
    assertThatThrownBy(() -> pull(root, CONTENT.toBuilder().listener(broken).build()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(containerd.held()).hasSize(1);

    pull(root, CONTENT);

    assertThat(containerd.held()).isEmpty();
  }

  @Test
  void namesBothSizesOfALayerThatIsThereAndHasAnother() throws Exception {
    Descriptor layer = image.layer("a layer");
    pull(image.manifest(image.config("linux", "amd64", 1), layer), CONTENT);
    Descriptor lied = Descriptor.of(layer.mediaType(), layer.digest(), Long.MAX_VALUE);

    assertThatThrownBy(() -> pull(image.manifest(image.config("linux", "amd64", 1), lied), CONTENT))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("has 7 bytes; its descriptor says 9,223,372,036,854,775,807");
  }

  @Test
  void refusesADigestThatTheDaemonCantHaveBeforeAnythingIsFetched() {
    Digest sha512 = Digest.of(Digest.Algorithm.SHA512, new byte[] {1});
    Descriptor layer = Descriptor.of(MediaTypes.OCI_LAYER_GZIP, sha512, 1);
    Descriptor root =
        image.manifest(image.config("linux", "amd64", 2), image.layer("first"), layer);

    assertThatThrownBy(() -> pull(root, CONTENT))
        .hasMessageContaining("sha512 digest, which this containerd can't store");
    assertThat(registry.fetched()).doesNotContain(sha512);
    assertThat(containerd.stored()).isEmpty();
  }

  @Test
  void readsNoConfigurationThatIsNotNeeded() throws Exception {
    Descriptor config = registry.put(MediaTypes.OCI_CONFIG, "{\"config\":{\"Entrypoint\":\"/x\"}}");
    Descriptor noJson = registry.put(MediaTypes.OCI_CONFIG, "no JSON");

    pull(image.manifest(config), PullOptions.builder().unpack(false).build());
    pull(image.manifest(noJson), PullOptions.builder().unpack(false).build());

    assertThat(containerd.stored()).contains(config.digest(), noJson.digest());
  }

  @Test
  void bringsContentWithoutDiffIdsAndSaysThatItIsNotUnpacked() throws Exception {
    Descriptor config = registry.put(MediaTypes.OCI_CONFIG, "{}");
    Descriptor layer = image.layer("a policy");
    List<String> warnings = new ArrayList<>();

    pull(
        image.manifest(config, layer),
        PullOptions.builder()
            .listener(
                new PullListener() {
                  @Override
                  public void warning(String message) {
                    warnings.add(message);
                  }
                })
            .build());

    assertThat(containerd.stored()).contains(config.digest(), layer.digest());
    assertThat(warnings).singleElement().asString().startsWith("nothing is unpacked: ");
  }

  @Test
  void endsWithWhatItsListenerThrowsAndKeepsNoName() throws Exception {
    Descriptor root = image.image("linux", "amd64");
    PullListener broken =
        new PullListener() {
          @Override
          public void completed(Descriptor content) {
            if (MediaTypes.isLayer(content.mediaType())) {
              throw new IllegalStateException("the listener is broken");
            }
          }
        };

    assertThatThrownBy(() -> pull(root, CONTENT.toBuilder().listener(broken).build()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the listener is broken");

    assertThat(containerd.images().get("memory/app:1")).isEmpty();
  }

  @Test
  void keepsWhatRefersToTheImageUnderRecordsOfTheirOwn() throws Exception {
    Descriptor root = image.image("linux", "amd64");
    Descriptor sbom = image.manifest(registry.put("application/spdx+json", "an SBOM"));
    registry.refer(root, sbom);

    pull(root, CONTENT.toBuilder().withReferrers(true).build());

    assertThat(containerd.images().get("memory/app@" + sbom.digest()).orElseThrow().target())
        .isEqualTo(sbom);
  }

  private Image pull(Descriptor root, PullOptions options) throws InterruptedException {
    registry.tag("1", root);
    return new PullOperation(containerd, "default", Assertions::fail, options)
        .run(RemoteImage.of("1", registry));
  }
}
