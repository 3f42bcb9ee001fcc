package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.Remains;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.it.support.MemoryGroup;
import io.github.ecrcontainerd.it.support.MovedClock;
import io.github.ecrcontainerd.it.support.SmallDisk;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pulls, pushes and copies with little of what a process needs: they succeed, or say in one line
 * what to do, and leave nothing. {@code LimitsIT} has the lowest limits, {@code FullDiskIT} the
 * daemon's disk.
 */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(90)
class ResourcesIT {
  private static final int LAYERS = 3;
  private static final int LAYER = 12 << 20;
  private static final String REPOSITORY = "resources";
  private static final Duration AT_ONCE = Duration.ofSeconds(30);

  /** No process of the machine is of this user. */
  private static final int USER = 61_235;

  private static final int LITTLE_MEMORY = 256 << 20;

  private static Digest topLayer;

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final Remains remains;

  /** For the command's temporary files. */
  private final Path temporary;

  /** The repository that is pushed to. */
  private String target = "";

  ResourcesIT(Containerd daemon, LocalEcr ecr, @TempDir Path temporary) {
    this.daemon = daemon;
    this.ecr = ecr;
    this.temporary = temporary;
    this.remains = new Remains(daemon, temporary);
  }

  @BeforeAll
  static void writeTheImage(LocalEcr ecr) {
    OciLayout layout = ecr.repository(REPOSITORY);
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            IntStream.range(0, LAYERS)
                .mapToObj(
                    i ->
                        Layer.gzip(
                            new LayerTar().file("noise" + i, 0644, NoiseImage.noise(i, LAYER))))
                .toList());
    layout.tag("latest", image.manifest());
    topLayer = image.layers().getLast().digest();
  }

  @BeforeEach
  void makeATarget() {
    target = "copy-" + UUID.randomUUID();
    ecr.repository(target);
  }

  @AfterEach
  void nothingIsLeft() {
    daemon.ctr("images", "ls", "-q").lines().forEach(name -> daemon.ctr("images", "rm", name));
    daemon.ctr("leases", "ls", "-q").lines().forEach(id -> daemon.ctr("leases", "rm", id));
    daemon.ctr("leases", "create", "--id", "last");
    daemon.ctr("leases", "rm", "--sync", "last");
    assertThat(daemon.ctr("content", "ls", "-q")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pull", "push", "copy"})
  void sixtyFourOpenFiles(String command) throws Exception {
    prepare(command);

    Ended ended = run(command().limit("nofile", 64), command, "--parallelism=16");

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThatItSucceedsNow(command, ended);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pull", "push", "copy"})
  void littleMemory(String command) throws Exception {
    prepare(command);
    try (MemoryGroup group = MemoryGroup.of(LITTLE_MEMORY)) {
      Ended ended = run(command().in(group), command, "--parallelism=16");

      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(group.killed()).isZero();
      assertThat(group.peak()).isBetween(32L << 20, (long) LITTLE_MEMORY);
      assertThat(group.processes()).isEmpty();
      assertThatItSucceedsNow(command, ended);
    }
  }

  /** The JVM, the SDK and the CRT look for files in them, and a pull needs neither. */
  @ParameterizedTest
  @ValueSource(strings = {"pull", "push"})
  void homeAndTmpdirAreReadOnly(String command) throws Exception {
    prepare(command);

    Ended ended = run(command().withReadOnly(temporary).with("HOME", "" + temporary), command);

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThatItSucceedsNow(command, ended);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pull", "copy"})
  void homeAndTmpdirDoNotExist(String command) throws Exception {
    prepare(command);
    Path missing = temporary.resolve("missing");

    Ended ended = run(command().temporary(missing).with("HOME", "" + missing), command);

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThatItSucceedsNow(command, ended);
  }

  /** Another user has neither a home directory nor a place for temporary files. */
  @Test
  void homeAndTmpdirAreAnothersWhoMayNotWriteThere() throws Exception {
    Ended ended = run(command().with("HOME", "/root").asUser(USER), "copy");

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThatItSucceedsNow("copy", ended);
  }

  /** As in an application that takes the library from Maven: the CRT unpacks its own. */
  @Test
  void aReadOnlyTmpdirWhereNativeCodeIsToBeUnpacked() throws Exception {
    Ended ended = run(command().withoutUnpackedNativeCode().withReadOnly(temporary), "pull");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err().lines().filter(line -> line.startsWith("ecr: ")))
        .singleElement()
        .asString()
        .contains("Check that files can be written and executed in java.io.tmpdir, " + temporary);
    assertThatItSucceedsNow("pull", ended);
  }

  /** The Flight Recorder ends a JVM whose files it can't write. */
  @Test
  void aFullTmpdirIsNamedBeforeATimelineIsRecorded(@TempDir Path pages) throws Exception {
    Path disk = Files.createDirectory(temporary.resolve("disk"));
    SmallDisk small = SmallDisk.mountedAt(disk);
    try {
      small.leaveBytes(1 << 20);
      Path page = pages.resolve("page.html");
      assertOneLine(
          run(command().temporary(disk), "pull", "--timeline=" + page),
          "--timeline needs 16 MiB of free space in " + disk);

      // The other way round: the page is on the full disk.
      Files.writeString(disk.resolve("filler"), "full");
      small.leaveBytes(0);
      Path full = disk.resolve("page.html");
      assertOneLine(
          run(command(), "pull", "--timeline=" + full),
          full + ": the page can't be written: No space left on device");
    } finally {
      Command.run(List.of("umount", disk.toString()));
      Files.delete(disk);
    }
    assertThatItIsThere("pull");
    remains.assertNone(source());
  }

  /** The status tells whether somebody got the result. The image is complete in any case. */
  @ParameterizedTest
  @CsvSource({
    ">&-, pull, 1",
    "2>&-, pull, 0",
    "> /dev/full 2> /dev/full, pull, 1",
    "> /dev/full, push, 1",
    "2> /dev/full, copy, 0",
  })
  void standardOutputAndErrorAreClosedOrFull(String redirection, String command, int status)
      throws Exception {
    prepare(command);

    Ended ended = run(command().redirected(redirection), command, "--progress=plain");

    assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    if (status == 0) {
      assertThat(ended.out()).contains("sha256:");
    } else if (!redirection.contains("2>")) {
      assertThat(ended.err().lines().toList().getLast())
          .isEqualTo("ecr: standard output can't be written: is it closed, or its disk full?");
    }
    assertThatItIsThere(command);
    assertThatItSucceedsNow(command, ended);
    assertThatNothingWasTransferred();
  }

  /**
   * A JVM would give the numbers of closed descriptors to files and sockets, and then write its
   * output there: so the script that starts it opens them.
   */
  @ParameterizedTest
  @CsvSource({
    "<&- >&- 2>&-, pull, 1",
    ">&- 2>&-, push, 1",
    "<&- 2>&-, copy, 0",
  })
  void theLaunchersStandardFilesAreClosed(String redirection, String command, int status)
      throws Exception {
    prepare(command);

    Ended ended =
        run(command().byTheLauncher().redirected(redirection), command, "--progress=plain");

    assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    assertThatItIsThere(command);
    assertThatItSucceedsNow(command, ended);
    assertThatNothingWasTransferred();
  }

  /**
   * The registry refuses signatures that are more than five minutes away from its own time, and the
   * URLs of layers carry its time. The daemon's clock is that of the machine.
   */
  @ParameterizedTest
  @CsvSource({"+1d, pull", "-1d, pull", "+1d, push", "-1d, copy"})
  void aClockThatIsADayOff(String offset, String command) throws Exception {
    assertThatTheClockMoves(offset);
    prepare(command);

    Ended ended = run(command().withClock(offset), command);

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThatItSucceedsNow(command, ended);
  }

  /** The content of a pull that failed is kept for a day by the daemon's clock. */
  @ParameterizedTest
  @ValueSource(strings = {"+1d", "-1d"})
  void theLeaseOfAFailedPullWhoseClockIsADayOff(String offset) throws Exception {
    Ended ended;
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                request.digest().equals(topLayer) ? LayerFault.corruptByte(0) : LayerFault.none());
    try {
      ended = run(command().withClock(offset), "pull");
    } finally {
      ecr.server().conditions().layerFaults(request -> LayerFault.none());
    }

    assertThat(ended.status()).isEqualTo(1);
    String lease =
        daemon
            .ctr("leases", "ls")
            .lines()
            .filter(line -> line.startsWith("resume-"))
            .findFirst()
            .orElseThrow();
    Instant end = Instant.parse(lease.replaceFirst(".*containerd.io/gc.expire=([^,\\s]*).*", "$1"));
    assertThat(end)
        .isBetween(
            Instant.now().plus(Duration.ofHours(23)), Instant.now().plus(Duration.ofHours(25)));
    assertThatItSucceedsNow("pull", ended);
  }

  private static void assertThatTheClockMoves(String offset) {
    List<String> date = new ArrayList<>(List.of("env"));
    MovedClock.by(offset).forEach((name, value) -> date.add(name + "=" + value));
    date.addAll(List.of("date", "+%s"));
    long moved = Long.parseLong(Command.run(date).strip()) - Instant.now().getEpochSecond();
    assertThat(Duration.ofSeconds(moved).abs())
        .as("the clock by libfaketime: is Debian's package faketime installed?")
        .isBetween(Duration.ofHours(23), Duration.ofHours(25));
  }

  private EcrCommand command() {
    return EcrCommand.withCredentials().temporary(temporary);
  }

  /** A push needs the image in the store. */
  private void prepare(String command) throws Exception {
    if (command.equals("push")) {
      assertThat(run(command(), "pull").status()).isZero();
    }
  }

  /** Runs a command, and checks what it leaves. */
  private Ended run(EcrCommand with, String command, String... options)
      throws InterruptedException {
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(List.of(options));
    if (List.of(options).stream().noneMatch(option -> option.startsWith("--progress"))) {
      line.add("--progress=quiet");
    }
    line.add("--endpoint-url=" + ecr.server().endpoint());
    switch (command) {
      case "pull" -> line.addAll(List.of("--address=" + daemon.socket(), source()));
      case "push" -> line.addAll(List.of("--address=" + daemon.socket(), target(), source()));
      default -> line.addAll(List.of("--direct", source(), target()));
    }
    ecr.server().counters().reset();
    long began = System.nanoTime();
    Ended ended = with.run(line.toArray(String[]::new));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
    remains.assertNoProcess(source());
    remains.assertThatContentHasItsDigest();
    remains.assertNoUnfinishedSnapshot();
    assertThat(daemon.heldLeases()).isEmpty();
    return ended;
  }

  /** The resource is given back: the same succeeds, and if it did before, it transfers nothing. */
  private void assertThatItSucceedsNow(String command, Ended before) throws Exception {
    Ended ended = run(command(), command);
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThatItIsThere(command);
    remains.assertNone(source());
    if (before.status() == 0) {
      assertThatNothingWasTransferred();
    }
  }

  private void assertThatNothingWasTransferred() {
    assertThat(ecr.server().counters().layerBytes()).isZero();
    assertThat(ecr.server().counters().requests(Operation.UPLOAD_LAYER_PART)).isZero();
  }

  /** What {@code ctr} finds in the store, or skopeo in the registry's files, is complete. */
  private void assertThatItIsThere(String command) {
    if (command.equals("pull")) {
      assertThat(daemon.ctr("images", "check", "name==" + source()))
          .contains("complete (%d/%<d)".formatted(LAYERS + 1), "true");
    } else {
      Command.run(
          List.of(
              "skopeo",
              "copy",
              "--quiet",
              "--insecure-policy",
              "oci:" + ecr.repositoryPath(target) + ":latest",
              "oci:" + ecr.repositoryPath(target) + "-read:latest"));
    }
  }

  private String source() {
    return ecr.reference(REPOSITORY, "latest");
  }

  private String target() {
    return ecr.reference(target, "latest");
  }

  private static void assertOneLine(Ended ended, String complaint) {
    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThat(ended.err().lines())
        .singleElement()
        .asString()
        .startsWith("ecr: ")
        .contains(complaint);
  }
}
