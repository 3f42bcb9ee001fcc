package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.Unpacking;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.Layer.Compression;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.image.RandomLayers;
import io.github.ecrcontainerd.it.image.RootFs;
import io.github.ecrcontainerd.it.image.Tree;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Layers that this process unpacks, where the daemon's snapshots lie: what containers see is what
 * the daemon makes of the same layers.
 */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(300)
class DirectUnpackIT {
  private static final int RANDOM_IMAGES = 40;

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final List<String> left = new CopyOnWriteArrayList<>();
  private final List<String> refused = new CopyOnWriteArrayList<>();

  DirectUnpackIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @Test
  void aRealRootFileSystemIsWhatTheDaemonsOwnImportMakesOfIt() throws Exception {
    List<LayerTar> tars = RootFs.layers();
    OciLayout layout = ecr.repository("direct-rootfs");
    OciImage image =
        image(
            layout,
            List.of(
                Layer.gzip(tars.get(0)),
                Layer.of(Compression.ZSTD, tars.get(1)),
                Layer.of(Compression.PLAIN, tars.get(2))));

    pull(daemon, "direct-rootfs", Unpacking.DIRECT);
    Tree ours = Tree.ofSnapshot(daemon, "overlayfs", image.chainId());
    Tree theirs;
    try (Containerd other = Containerd.open()) {
      layout.importInto(other, "direct-rootfs");
      theirs = Tree.ofSnapshot(other, "overlayfs", image.chainId());
    }

    assertThat(left).isEmpty();
    assertThat(ours.entries()).hasSizeGreaterThan(3000);
    assertThat(ours.differences(theirs)).isEmpty();
    assertNothingHalfMade();
  }

  /** Also where the daemon refuses an image: then so do we, after it was left to it. */
  @Test
  void randomLayersAreWhatTheDaemonMakesOfThem() throws Exception {
    Instant begin = Instant.now().minusSeconds(1);
    int alike = 0;
    int direct = 0;
    try (Containerd other = Containerd.open()) {
      for (long seed : LongStream.range(0, RANDOM_IMAGES).toArray()) {
        String repository = "random-" + seed;
        OciImage image =
            image(
                ecr.repository(repository),
                RandomLayers.of(seed).stream().map(Layer::gzip).toList());
        left.clear();

        boolean ours = isPulled(daemon, repository, Unpacking.DIRECT);
        boolean theirs = isPulled(other, repository, Unpacking.DAEMON);

        assertThat(ours)
            .as("seed %d; left: %s; refused: %s", seed, left, refused)
            .isEqualTo(theirs);
        direct += left.isEmpty() ? 1 : 0;
        if (ours) {
          alike++;
          Tree here = Tree.ofSnapshot(daemon, "overlayfs", image.chainId());
          Tree there = Tree.ofSnapshot(other, "overlayfs", image.chainId());
          assertThat(here.withoutTimesAfter(begin).differences(there.withoutTimesAfter(begin)))
              .as("seed %d; left: %s", seed, left)
              .isEmpty();
        }
      }
    }
    assertThat(alike)
        .as("images that a daemon takes; it refused %s", refused)
        .isGreaterThan(RANDOM_IMAGES / 3);
    assertThat(direct).as("images of which nothing was left").isGreaterThan(RANDOM_IMAGES / 4);
    assertNothingHalfMade();
  }

  /** The daemon itself begins when it has the whole layer. */
  @Test
  void theFirstFilesOfALayerAreThereBeforeTheLayerIs() throws Exception {
    byte[] noise = new byte[6 << 20];
    new Random(1).nextBytes(noise);
    LayerTar tar = new LayerTar().file("first-of-all", 0644, "x").file("noise", 0644, noise);
    OciImage image = image(ecr.repository("direct-slow"), List.of(Layer.gzip(tar)));
    String layer = image.layers().getFirst().digest().toString();
    ecr.server().conditions().bandwidthPerConnection(256 << 10);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> pull =
          threads.submit(
              () -> {
                pull(daemon, "direct-slow", Unpacking.DIRECT);
                return null;
              });
      try {
        while (!isThere("first-of-all")) {
          assertThat(pull.isDone()).isFalse();
          Thread.onSpinWait();
        }
        assertThat(daemon.ctr("content", "ls", "-q")).doesNotContain(layer);
      } finally {
        ecr.server().conditions().unlimitedBandwidth();
      }
      pull.get();
    }
    assertThat(daemon.ctr("content", "ls", "-q")).contains(layer);
    assertThat(left).isEmpty();
  }

  /** Whether a file of this name is in a directory of a snapshot. */
  private boolean isThere(String name) throws IOException {
    Path snapshots =
        daemon.view(daemon.root().resolve("io.containerd.snapshotter.v1.overlayfs/snapshots"));
    try (Stream<Path> all = Files.list(snapshots)) {
      return all.anyMatch(snapshot -> Files.exists(snapshot.resolve("fs").resolve(name)));
    }
  }

  @Test
  void whatIsNotKnownHereIsLeftToTheDaemon() throws Exception {
    LayerTar tar =
        new LayerTar().file("gone", 0644, "").whiteout("gone").file("name", 0644, "lowest");
    OciImage image = image(ecr.repository("direct-unknown"), List.of(Layer.gzip(tar)));

    pull(daemon, "direct-unknown", Unpacking.DIRECT);

    assertThat(left).singleElement().asString().contains("a whiteout in the lowest layer");
    assertThat(Tree.ofSnapshot(daemon, "overlayfs", image.chainId()).entries()).containsKey("name");
    assertNothingHalfMade();
  }

  /** Builders repeat layers: those that copy the same files twice, and empty ones. */
  @Test
  void aLayerThatAnImageHasTwiceIsThereTwice() throws Exception {
    Layer first = Layer.gzip(new LayerTar().directory("a", 0755).file("a/first", 0644, "1"));
    Layer second = Layer.gzip(new LayerTar().directory("a", 0700).whiteout("a/first"));
    OciImage image = image(ecr.repository("direct-twice"), List.of(first, first, second, first));

    pull(daemon, "direct-twice", Unpacking.DIRECT);

    Tree ours = Tree.ofSnapshot(daemon, "overlayfs", image.chainId());
    try (Containerd other = Containerd.open()) {
      ecr.existing("direct-twice").importInto(other, "direct-twice");
      assertThat(ours.differences(Tree.ofSnapshot(other, "overlayfs", image.chainId()))).isEmpty();
    }
    assertNothingHalfMade();
  }

  /**
   * A socket that ssh or socat forwards ends at that process, which need not see the daemon's files
   * but may see others at the same paths: here, empty snapshots of another daemon.
   */
  @Test
  void whatAForwardedSocketLeadsToIsNotWritten() throws Exception {
    OciImage image =
        image(
            ecr.repository("direct-forwarded"),
            List.of(Layer.gzip(new LayerTar().file("name", 0644, "forwarded"))));
    try (Containerd other = Containerd.open();
        ForwardedSocket forwarded = ForwardedSocket.open(other)) {
      pull(forwarded.socket(), "direct-forwarded", Unpacking.DIRECT);

      assertThat(left).singleElement().asString().contains("forwarded");
      assertThat(forwarded.filesOfOthers()).isEmpty();
      assertThat(Tree.ofSnapshot(other, "overlayfs", image.chainId()).entries())
          .containsKey("name");
    }
  }

  @Test
  void noArchiveWritesOutsideOfItsSnapshot() throws Exception {
    Path canary = Files.createDirectory(daemon.directory().resolve("canary"));
    LayerTar tar =
        new LayerTar()
            .file("../../../outside", 0644, "x")
            .symlink("up", "../../../../../..")
            .file("up/above", 0644, "x")
            .symlink("away", canary.toString())
            .file("away/written", 0644, "x")
            .symlink("process", "/proc/self/root")
            .file("process/escaped", 0644, "x")
            .symlink("hop", "away")
            .directory("hop/made", 0755);
    OciImage image = image(ecr.repository("direct-hostile"), List.of(Layer.gzip(tar)));

    pull(daemon, "direct-hostile", Unpacking.DIRECT);

    assertThat(left).isEmpty();
    assertThat(canary).isEmptyDirectory();
    assertThat(Path.of("/outside")).doesNotExist();
    assertThat(Path.of("/above")).doesNotExist();
    assertThat(Path.of("/escaped")).doesNotExist();
    Instant begin = Instant.now().minusSeconds(300);
    try (Containerd other = Containerd.open()) {
      pull(other, "direct-hostile", Unpacking.DAEMON);
      Tree theirs = Tree.ofSnapshot(other, "overlayfs", image.chainId()).withoutTimesAfter(begin);
      Tree ours = Tree.ofSnapshot(daemon, "overlayfs", image.chainId()).withoutTimesAfter(begin);
      assertThat(ours.differences(theirs)).isEmpty();
    }
    Files.delete(canary);
    assertNothingHalfMade();
  }

  private static OciImage image(OciLayout layout, List<Layer> layers) {
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers);
    layout.tag("latest", image.manifest());
    return image;
  }

  private boolean isPulled(Containerd containerd, String repository, Unpacking unpacking)
      throws InterruptedException {
    try {
      pull(containerd, repository, unpacking);
      return true;
    } catch (ContainerdException | ImageException e) {
      refused.add(e.getMessage());
      return false;
    }
  }

  private void pull(Containerd containerd, String repository, Unpacking unpacking)
      throws InterruptedException {
    pull(containerd.socket(), repository, unpacking);
  }

  private void pull(Path socket, String repository, Unpacking unpacking)
      throws InterruptedException {
    PullListener listener =
        new PullListener() {
          @Override
          public void leftToTheDaemon(Descriptor layer, String reason) {
            left.add(reason);
          }
        };
    try (EcrResolver resolver = ecr.resolver().build();
        ContainerdClient client = ContainerdClient.builder().address(socket).build()) {
      var _ =
          client.pull(
              ecr.reference(repository, "latest"),
              resolver,
              PullOptions.builder().unpacking(unpacking).listener(listener).build());
    }
  }

  private void assertNothingHalfMade() {
    Optional<String> half =
        daemon.ctr("snapshots", "ls").lines().filter(line -> line.contains("extract-")).findAny();
    assertThat(half).isEmpty();
    // Of an image that failed, what came of it is kept for a day.
    assertThat(daemon.ctr("leases", "ls", "-q").lines())
        .allSatisfy(lease -> assertThat(lease).startsWith("resume-"));
  }
}
