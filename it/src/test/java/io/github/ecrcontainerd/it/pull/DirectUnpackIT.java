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
import io.github.ecrcontainerd.it.image.GeneratedLayers;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.Layer.Compression;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.image.PublishedShapes;
import io.github.ecrcontainerd.it.image.PublishedShapes.Shape;
import io.github.ecrcontainerd.it.image.RootFs;
import io.github.ecrcontainerd.it.image.Tree;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Layers that this process unpacks, where the daemon's snapshots lie: what containers see is what
 * the daemon makes of the same layers.
 */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(300)
class DirectUnpackIT {
  private static final int IMAGES = Integer.getInteger("it.images", 40);

  /** Of the images that are generated: the same ones each time, unless it is set. */
  private static final long SEED = Long.getLong("it.seed", 13);

  private static final int MAX_SHRINKING = 300;

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
  void generatedLayersAreWhatTheDaemonMakesOfThem(@TempDir Path directory) throws Throwable {
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Path canary = Files.writeString(outside.resolve("canary"), "sings");
    FileTime begin = Files.getLastModifiedTime(outside);
    try (Containerd other = Containerd.open()) {
      Comparison comparison = new Comparison(other);
      JqwikSession.run(
          () -> {
            RandomGenerator<GeneratedLayers> images =
                GeneratedLayers.images(outside).generator(IMAGES, true);
            Random random = new Random(SEED);
            for (int image = 0; image < IMAGES; image++) {
              comparison.require(images.next(random));
            }
          });
      assertThat(comparison.alike)
          .as("images that a daemon takes; refused: %s", refused)
          .isGreaterThan(IMAGES / 3);
      assertThat(comparison.direct)
          .as("images of which nothing was left")
          .isGreaterThan(IMAGES / 4);
    }
    assertThat(outside).isDirectoryContaining(canary::equals);
    assertThat(Files.getLastModifiedTime(outside)).isEqualTo(begin);
    assertThat(canary).hasContent("sings");
    assertNothingHalfMade();
  }

  /** Images that are pulled into two daemons, one of which unpacks them itself. */
  private final class Comparison {
    private final Containerd other;

    /** Of all of them: an image may be one that came before, whose snapshots are used again. */
    private final Instant begin = Instant.now().minusSeconds(1);

    private int images;
    private int alike;
    private int direct;

    Comparison(Containerd other) {
      this.other = other;
    }

    /** Checks that an image is the same for both; if not, tells of a small one that isn't. */
    void require(Shrinkable<GeneratedLayers> image) throws Exception {
      List<String> differences = differences(image.value());
      if (differences.isEmpty()) {
        return;
      }
      Shrinkable<GeneratedLayers> smallest = image;
      int left = MAX_SHRINKING;
      for (Iterator<Shrinkable<GeneratedLayers>> smaller = image.shrink().iterator();
          smaller.hasNext() && left > 0;
          left--) {
        Shrinkable<GeneratedLayers> next = smaller.next();
        List<String> found = differences(next.value());
        if (!found.isEmpty()) {
          differences = found;
          smallest = next;
          smaller = next.shrink().iterator();
        }
      }
      throw new AssertionError(
          "seed %d, %s: %s".formatted(SEED, smallest.value(), String.join("; ", differences)));
    }

    private List<String> differences(GeneratedLayers layers) throws Exception {
      String repository = "generated-" + images++;
      OciImage image =
          image(ecr.repository(repository), layers.tars().stream().map(Layer::gzip).toList());
      left.clear();
      boolean ours = isPulled(daemon, repository, Unpacking.DIRECT);
      boolean theirs = isPulled(other, repository, Unpacking.DAEMON);
      direct += left.isEmpty() ? 1 : 0;
      if (ours != theirs) {
        return List.of("pulled here: %s, there: %s (%s)".formatted(ours, theirs, refused));
      }
      if (!ours) {
        return List.of();
      }
      alike++;
      Tree here = Tree.ofSnapshot(daemon, "overlayfs", image.chainId());
      Tree there = Tree.ofSnapshot(other, "overlayfs", image.chainId());
      return here.withoutTimesAfter(begin).differences(there.withoutTimesAfter(begin));
    }
  }

  @Test
  void imagesOfPublishedShapesAreWhatTheDaemonMakesOfThem() throws Exception {
    List<Shape> shapes = PublishedShapes.all().stream().filter(Shape::runs).toList();
    int compared = 0;
    try (Containerd other = Containerd.open()) {
      for (Shape shape : shapes) {
        String repository = "direct-" + shape.name();
        OciLayout layout = ecr.repository(repository);
        layout.tag("latest", shape.root().apply(layout));
        Set<String> before = snapshots(other);

        pull(other, repository, Unpacking.DAEMON);
        pull(daemon, repository, Unpacking.DIRECT);

        Set<String> made = new TreeSet<>(snapshots(other));
        made.removeAll(before);
        assertThat(snapshots(daemon)).as(shape.name()).containsAll(made);
        for (String snapshot : made) {
          Digest chainId = Digest.parse(snapshot);
          Tree ours = Tree.ofSnapshot(daemon, "overlayfs", chainId);
          assertThat(ours.differences(Tree.ofSnapshot(other, "overlayfs", chainId)))
              .as("%s, %s", shape.name(), snapshot)
              .isEmpty();
          compared++;
        }
      }
    }
    assertThat(left).isEmpty();
    assertThat(compared).isGreaterThanOrEqualTo(shapes.size());
    assertNothingHalfMade();
  }

  private static Set<String> snapshots(Containerd containerd) {
    return containerd
        .ctr("snapshots", "ls")
        .lines()
        .skip(1)
        .map(line -> line.split("\\s+", 2)[0])
        .collect(Collectors.toSet());
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

  @Test
  void theCommandSaysWhyTheDaemonUnpacks() throws Exception {
    OciImage image =
        image(
            ecr.repository("direct-native"),
            List.of(Layer.gzip(new LayerTar().file("name", 0644, "native"))));

    EcrCommand.Ended pull =
        EcrCommand.withCredentials()
            .with("ECR_PULL_DEBUG", "1")
            .run(
                "pull",
                ecr.reference("direct-native", "latest"),
                "--snapshotter=native",
                "--address=" + daemon.socket(),
                "--endpoint-url=" + ecr.server().endpoint());

    assertThat(pull.status()).as(pull.err()).isZero();
    assertThat(pull.out() + pull.err())
        .contains(
            "the daemon unpacks all layers: direct unpacking does not support the snapshotter native");
    assertThat(daemon.ctr("snapshots", "--snapshotter=native", "ls"))
        .contains(image.chainId().toString());
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
