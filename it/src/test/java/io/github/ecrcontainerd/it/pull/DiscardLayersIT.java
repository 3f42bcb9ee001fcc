package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.Unpacking;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.image.Tree;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images whose layers are in their snapshots alone: they run, and can be made whole again. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class DiscardLayersIT {
  private final Containerd daemon;
  private final LocalEcr ecr;
  private EcrResolver resolver;
  private ContainerdClient client;

  DiscardLayersIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @BeforeEach
  void connect() {
    resolver = ecr.resolver().build();
    client = ContainerdClient.builder().address(daemon.socket()).build();
  }

  @AfterEach
  void disconnect() {
    client.close();
    resolver.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = Unpacking.class,
      names = {"DIRECT", "DAEMON"})
  void anImageWithoutItsLayersRuns(Unpacking unpacking) throws Exception {
    String repository = "discard-" + unpacking.name().toLowerCase(Locale.ROOT);
    OciImage image = busybox(repository);
    ecr.server().counters().reset();

    pull(repository, options -> options.unpacking(unpacking).discardLayers(true));

    assertThat(ecr.server().counters().layerBytes())
        .isEqualTo(sizeOf(image) + image.config().size());
    assertThat(storedOf(image)).isEmpty();
    assertThat(daemon.runByCtr(ecr.reference(repository, "latest"), repository))
        .isEqualTo(repository + " says\n");
    Tree ours = Tree.ofSnapshot(daemon, "overlayfs", image.chainId());
    try (Containerd other = Containerd.open()) {
      ecr.existing(repository).importInto(other, repository);
      assertThat(ours.differences(Tree.ofSnapshot(other, "overlayfs", image.chainId()))).isEmpty();
    }
  }

  @Test
  void itCantBePushedBeforeAPullHasBroughtWhatIsMissing() throws Exception {
    OciImage image = busybox("discard-push");
    pull("discard-push", options -> options.discardLayers(true));
    ecr.repository("discard-pushed");
    String target = ecr.reference("discard-pushed", "latest");

    assertThatThrownBy(() -> client.push(target, image.manifest(), resolver))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining(image.layers().getFirst().digest().toString());

    ecr.server().counters().reset();
    pull("discard-push", options -> options);
    assertThat(storedOf(image)).hasSize(2);
    assertThat(ecr.server().counters().layerBytes()).isEqualTo(sizeOf(image));
    var _ = client.push(target, image.manifest(), resolver);
    assertThat(ecr.existing("discard-pushed").file(image.layers().getLast().digest())).exists();
  }

  @Test
  void aPullOfAnImageThatIsUnpackedFetchesNoLayer() throws Exception {
    var _ = busybox("discard-again");
    pull("discard-again", options -> options.discardLayers(true));
    ecr.server().counters().reset();

    pull("discard-again", options -> options.discardLayers(true));

    assertThat(ecr.server().counters().layerBytes()).isZero();
  }

  /** The daemon gets the content of such a layer for as long as it takes. */
  @Test
  void whatTheDaemonHasToUnpackIsDiscardedTooAndLayersTwiceAreThereTwice() throws Exception {
    Layer lowest =
        Layer.gzip(new LayerTar().file("a", 0644, "a").file("b", 0644, "b").whiteout("b"));
    Layer twice = Layer.gzip(new LayerTar().directory("b", 0700).file("b/c", 0644, "c"));
    OciLayout layout = ecr.repository("discard-daemon");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(lowest, twice, twice));
    layout.tag("latest", image.manifest());

    pull("discard-daemon", options -> options.unpacking(Unpacking.DIRECT).discardLayers(true));

    assertThat(storedOf(image)).isEmpty();
    assertThat(Tree.ofSnapshot(daemon, "overlayfs", image.chainId()).entries())
        .containsKeys("a", "b/c");
  }

  /** That a directory passes its group on is seen when the layer is moved on top of the others. */
  @Test
  void whatTurnsOutToBeTheDaemonsAfterItWasReadIsFetchedAgain() throws Exception {
    Instant begin = Instant.now().minusSeconds(1);
    Layer lowest = Layer.gzip(new LayerTar().owner(7, 8).directory("shared", 02755));
    Layer upper = Layer.gzip(new LayerTar().file("shared/deep/file", 0644, "x"));
    OciLayout layout = ecr.repository("discard-late");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(lowest, upper));
    layout.tag("latest", image.manifest());

    pull("discard-late", options -> options.unpacking(Unpacking.DIRECT).discardLayers(true));

    assertThat(storedOf(image)).isEmpty();
    Tree ours = Tree.ofSnapshot(daemon, "overlayfs", image.chainId()).withoutTimesAfter(begin);
    try (Containerd other = Containerd.open()) {
      layout.importInto(other, "discard-late");
      Tree theirs = Tree.ofSnapshot(other, "overlayfs", image.chainId()).withoutTimesAfter(begin);
      assertThat(ours.entries()).containsKey("shared/deep/file");
      assertThat(ours.differences(theirs)).isEmpty();
    }
  }

  @Test
  void layersOfOtherPlatformsAreKept() throws Exception {
    OciLayout layout = ecr.repository("discard-all");
    Layer shared = Layer.gzip(new LayerTar().file("shared", 0644, "both"));
    Layer here = Layer.gzip(new LayerTar().file("here", 0644, "here"));
    Layer there = Layer.gzip(new LayerTar().file("there", 0644, "there"));
    OciImage own = layout.image(Format.OCI, OciLayout.HERE, List.of(shared, here));
    OciImage other =
        layout.image(Format.OCI, Platform.parse("linux/s390x"), List.of(shared, there));
    layout.tag("latest", layout.index(Format.OCI, List.of(own.manifest(), other.manifest())));

    pull("discard-all", options -> options.allPlatforms(true).discardLayers(true));

    assertThat(storedOf(own)).containsExactly(own.layers().getFirst().digest().toString());
    assertThat(storedOf(other)).hasSize(2);
  }

  @Test
  void aDamagedLayerIsRefusedAndLeavesNothing() throws Exception {
    OciImage image = busybox("discard-damaged");
    Path layer = ecr.existing("discard-damaged").file(image.layers().getFirst().digest());
    byte[] bytes = Files.readAllBytes(layer);
    // The time in gzip's header: the archive is what it was, and the layer is another.
    bytes[4] ^= 1;
    Files.write(layer, bytes);

    assertThatThrownBy(() -> pull("discard-damaged", options -> options.discardLayers(true)))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("damaged");

    assertThat(storedOf(image)).doesNotContain(image.layers().getFirst().digest().toString());
    assertThat(daemon.ctr("snapshots", "ls")).doesNotContain("extract-");
  }

  private static long sizeOf(OciImage image) {
    return image.layers().stream().mapToLong(Descriptor::size).sum();
  }

  private OciImage busybox(String repository) throws IOException {
    LayerTar tar = new LayerTar().directory("bin", 0755);
    tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
    tar.file("says", 0644, repository);
    OciLayout layout = ecr.repository(repository);
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            List.of(
                Layer.gzip(tar),
                Layer.gzip(new LayerTar().file("says", 0644, repository + " says\n"))),
            Map.of("Cmd", List.of("/bin/busybox", "cat", "/says")));
    layout.tag("latest", image.manifest());
    return image;
  }

  private void pull(String repository, UnaryOperator<PullOptions.Builder> options)
      throws InterruptedException {
    var _ =
        client.pull(
            ecr.reference(repository, "latest"),
            resolver,
            options.apply(PullOptions.builder()).build());
  }

  /** The layers that the daemon has when all is gone that nothing keeps. */
  private List<String> storedOf(OciImage image) throws InterruptedException {
    client.leases().deleteAndCollect(client.leases().create("", Duration.ofHours(1)).id());
    List<String> stored = daemon.ctr("content", "ls", "-q").lines().toList();
    return image.layers().stream()
        .map(layer -> layer.digest().toString())
        .filter(stored::contains)
        .toList();
  }
}
