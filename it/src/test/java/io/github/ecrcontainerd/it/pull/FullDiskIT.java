package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.PrivateContainerd;
import io.github.ecrcontainerd.it.daemon.Remains;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.image.Tree;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.it.support.SmallDisk;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The daemon's disk becomes full, or has no more inodes, at each stage of a pull: one error says
 * so, and once there is space again the next pull fetches only what is missing. The daemon is real,
 * and its root is a tmpfs, whose size changes.
 */
@Tag(WithOneContainerd.TAG)
@ExtendWith(PrivateEcr.class)
@Timeout(90)
class FullDiskIT {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final int LAYERS = 3;
  private static final int PAGE = 4 * KIB;
  private static final Duration AT_ONCE = Duration.ofSeconds(30);

  /** A late range is hedged, so some bytes may be sent twice: of at most two ranges. */
  private static final long TWO_HEDGES = 2L * 2 * MIB;

  @RegisterExtension
  static final PrivateContainerd DAEMON =
      new PrivateContainerd(() -> Containerd.openOn(SmallDisk::mountedAt));

  /** What the layers of an image are like. */
  enum Shape {
    /** 6 MiB in the content store, and as much in a snapshot. */
    NOISE,
    /** Some KiB in the content store, and 12 MiB in a snapshot. */
    ZEROS,
    /** 1,000 inodes in a snapshot. */
    FILES;

    private Layer layer(int number) {
      LayerTar tar = new LayerTar();
      String name = name().toLowerCase(Locale.ROOT) + number;
      switch (this) {
        case NOISE -> tar.file(name, 0644, NoiseImage.noise(number, 6 * MIB));
        case ZEROS -> tar.file(name, 0644, new byte[12 * MIB]);
        case FILES -> {
          tar.directory(name, 0755);
          IntStream.range(0, 1000).forEach(i -> tar.file(name + "/" + i, 0644, "" + i));
        }
      }
      return Layer.gzip(tar);
    }

    String repository() {
      return "disk-" + name().toLowerCase(Locale.ROOT);
    }
  }

  /** How much of the disk is left for a pull. */
  sealed interface Room {
    record Bytes(long free) implements Room {}

    record Inodes(long free) implements Room {}
  }

  /**
   * An image.
   *
   * @param image what the registry has
   * @param tree its root file system as the daemon's own tool unpacks it
   */
  private record Known(OciImage image, Tree tree) {}

  private static final Map<Shape, Known> KNOWN = new EnumMap<>(Shape.class);

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final SmallDisk disk;

  FullDiskIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
    this.disk = SmallDisk.at(daemon.root());
  }

  @BeforeAll
  static void writeTheImages(Containerd daemon, LocalEcr ecr) {
    for (Shape shape : Shape.values()) {
      OciLayout layout = ecr.repository(shape.repository());
      OciImage image =
          layout.image(
              Format.OCI,
              OciLayout.HERE,
              IntStream.range(0, LAYERS).mapToObj(shape::layer).toList());
      layout.tag("latest", image.manifest());
      layout.importInto(daemon, "imported");
      KNOWN.put(shape, new Known(image, tree(daemon, image)));
      daemon.ctr("images", "rm", "--sync", "imported:latest");
    }
  }

  /** The time of the root itself is that of its last change. */
  private static Tree tree(Containerd daemon, OciImage image) {
    return Tree.ofSnapshot(daemon, "overlayfs", image.chainId())
        .withoutTimesAfter(Instant.parse("2025-01-01T00:00:00Z"));
  }

  @AfterEach
  void removeAll() {
    disk.leaveAll();
    daemon.ctr("images", "ls", "-q").lines().forEach(name -> daemon.ctr("images", "rm", name));
    daemon.ctr("leases", "ls", "-q").lines().forEach(id -> daemon.ctr("leases", "rm", id));
    daemon.ctr("leases", "create", "--id", "last");
    daemon.ctr("leases", "rm", "--sync", "last");
    assertThat(daemon.ctr("content", "ls", "-q")).isEmpty();
    assertThat(daemon.ctr("snapshots", "ls").lines()).hasSize(1);
  }

  static Stream<Arguments> stages() {
    return Stream.of(
        stage("no page at all", Shape.NOISE, "--no-unpack", new Room.Bytes(0)),
        stage("the manifest", Shape.NOISE, "--no-unpack", new Room.Bytes(4 * PAGE)),
        stage("the configuration", Shape.NOISE, "--no-unpack", new Room.Bytes(9 * PAGE)),
        stage("the layers' ingests", Shape.NOISE, "--no-unpack", new Room.Bytes(18 * PAGE)),
        stage("the first layer", Shape.NOISE, "--no-unpack", new Room.Bytes(2 * MIB)),
        stage("the last layer", Shape.NOISE, "--no-unpack", new Room.Bytes(16 * MIB)),
        stage("ingest beside unpacking", Shape.NOISE, "--unpack=direct", new Room.Bytes(8 * MIB)),
        stage("unpacking here", Shape.ZEROS, "--unpack=direct", new Room.Bytes(8 * MIB)),
        stage("the last one here", Shape.ZEROS, "--unpack=direct", new Room.Bytes(32 * MIB)),
        stage("unpacking by the daemon", Shape.ZEROS, "--unpack=daemon", new Room.Bytes(8 * MIB)),
        stage("the last one there", Shape.ZEROS, "--unpack=daemon", new Room.Bytes(32 * MIB)),
        stage(
            "unpacking without content", Shape.NOISE, "--discard-layers", new Room.Bytes(8 * MIB)),
        stage("the manifest's files", Shape.FILES, "--no-unpack", new Room.Inodes(3)),
        stage("the layers' files", Shape.FILES, "--no-unpack", new Room.Inodes(16)),
        stage("a snapshot's directories", Shape.FILES, "--unpack=direct", new Room.Inodes(40)),
        stage("files unpacked here", Shape.FILES, "--unpack=direct", new Room.Inodes(1500)),
        stage(
            "files unpacked by the daemon", Shape.FILES, "--unpack=daemon", new Room.Inodes(1500)),
        stage("files without content", Shape.FILES, "--discard-layers", new Room.Inodes(1500)));
  }

  private static Arguments stage(String name, Shape shape, String option, Room room) {
    return Arguments.of(name, shape, option, room);
  }

  @ParameterizedTest(name = "{0}: {1} {2} with {3}")
  @MethodSource("stages")
  void aDiskThatIsFull(String stage, Shape shape, String option, Room room, @TempDir Path temporary)
      throws Exception {
    leave(room);

    Ended ended = pull(temporary, shape, option);

    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThatItTells(ended);
    assertThatTheNextPullCompletes(temporary, shape);
  }

  /** At the end of a pull only the daemon's records are written, and they reuse pages. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 6})
  void aDiskThatLacksTheLastPages(int pages, @TempDir Path temporary) throws Exception {
    long before = disk.bytes();
    assertThat(pull(temporary, Shape.FILES, "--no-unpack").status()).isZero();
    long needed = disk.bytes() - before;
    removeAll();
    leave(new Room.Bytes(Math.max(0, needed - (long) pages * PAGE)));

    Ended ended = pull(temporary, Shape.FILES, "--no-unpack");

    if (ended.status() != 0) {
      assertThatItTells(ended);
    }
    assertThatTheNextPullCompletes(temporary, Shape.FILES);
  }

  private void leave(Room room) {
    switch (room) {
      case Room.Bytes(long free) -> disk.leaveBytes(free);
      case Room.Inodes(long free) -> disk.leaveInodes(free);
    }
  }

  private static void assertThatItTells(Ended ended) {
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().lines())
        .singleElement()
        .asString()
        .startsWith("ecr: ")
        .endsWith(
            "no space left on device. Free space, or inodes, on containerd's disk (df, df -i)");
  }

  private void assertThatTheNextPullCompletes(Path temporary, Shape shape) throws Exception {
    Remains remains = new Remains(daemon, temporary);
    remains.assertNoProcess(reference(shape));
    remains.assertNoFile();
    remains.assertThatContentHasItsDigest();
    // On a disk without a free page the daemon can't even delete a lease. It then expires.
    for (String held : daemon.heldLeases()) {
      assertThat(daemon.ctr("leases", "ls").lines().filter(line -> line.startsWith(held)))
          .singleElement()
          .asString()
          .contains("containerd.io/gc.expire=");
    }
    disk.leaveAll();
    long missing = missing(shape);
    ecr.server().counters().reset();

    Ended next = pull(temporary, shape);

    assertThat(next.status()).as(next.err()).isZero();
    assertThat(ecr.server().counters().layerBytes()).isLessThanOrEqualTo(missing + TWO_HEDGES);
    assertThat(daemon.ctr("images", "check", "name==" + reference(shape)))
        .contains("complete (%d/%<d)".formatted(LAYERS + 1));
    Known known = Objects.requireNonNull(KNOWN.get(shape));
    assertThat(tree(daemon, known.image()).differences(known.tree())).isEmpty();
    assertThat(daemon.ctr("content", "active").lines().skip(1)).isEmpty();
    remains.assertNone(reference(shape));
  }

  /** How many bytes of an image's blobs the daemon doesn't have, complete or not. */
  private long missing(Shape shape) throws IOException {
    OciImage image = Objects.requireNonNull(KNOWN.get(shape)).image();
    List<Descriptor> blobs = new ArrayList<>(image.layers());
    blobs.add(image.config());
    Path content = daemon.root().resolve("io.containerd.content.v1.content");
    long missing = 0;
    for (Descriptor blob : blobs) {
      if (!Files.exists(content.resolve("blobs/sha256").resolve(blob.digest().hex()))) {
        missing += blob.size() - ingested(content.resolve("ingest"), blob);
      }
    }
    return missing;
  }

  private static long ingested(Path ingests, Descriptor blob) throws IOException {
    try (Stream<Path> all = Files.list(ingests)) {
      for (Path ingest : (Iterable<Path>) all::iterator) {
        Path ref = ingest.resolve("ref");
        if (Files.exists(ref) && Files.readString(ref).endsWith(blob.digest().toString())) {
          Path data = ingest.resolve("data");
          return Files.exists(data) ? Files.size(data) : 0;
        }
      }
    }
    return 0;
  }

  private Ended pull(Path temporary, Shape shape, String... options) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("pull", "--progress=quiet"));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "--address=" + daemon.socket(),
            "--endpoint-url=" + ecr.server().endpoint(),
            reference(shape)));
    long began = System.nanoTime();
    Ended ended =
        EcrCommand.withCredentials().temporary(temporary).run(command.toArray(String[]::new));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
    return ended;
  }

  private String reference(Shape shape) {
    return ecr.reference(shape.repository(), "latest");
  }
}
