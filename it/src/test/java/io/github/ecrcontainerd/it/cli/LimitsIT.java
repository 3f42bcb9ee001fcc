package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.resolver.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the system doesn't give to a command is told in one line, at once, with exit status 1. */
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class LimitsIT {
  /** No process of the machine is of this user, so that a limit counts those of the test alone. */
  private static final int USER = 61_234;

  private static final Duration AT_ONCE = Duration.ofSeconds(15);

  private final LocalEcr ecr;

  LimitsIT(LocalEcr ecr) {
    this.ecr = ecr;
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 14, 15, 16, 17, 18, 20, 22, 24, 28, 32, 50})
  void openFiles(int limit) throws Exception {
    assertThatItSucceedsOrTells(
        EcrCommand.withCredentials().limit("nofile", limit), "nofile-" + limit, "ulimit -n");
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 16, 18, 20, 22, 24})
  void threads(int limit) throws Exception {
    assertThatItSucceedsOrTells(
        EcrCommand.withCredentials().asUser(USER).limit("nproc", limit),
        "nproc-" + limit,
        "ulimit -u");
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 14, 16, 18, 20, 22})
  void threadsOfASmallJvm(int limit) throws Exception {
    assertThatItSucceedsOrTells(
        EcrCommand.withCredentials().withFewThreads().asUser(USER).limit("nproc", limit),
        "small-nproc-" + limit,
        "ulimit -u");
  }

  private void assertThatItSucceedsOrTells(EcrCommand command, String repository, String advice)
      throws InterruptedException {
    String reference = tagImage(repository);
    long began = System.nanoTime();
    Ended ended =
        command.run(
            "copy",
            "--direct",
            "--endpoint-url=" + ecr.server().endpoint(),
            reference,
            reference + "-copy");
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    if (ended.status() != 0) {
      assertOneLine(ended, advice);
    }
    assertThat(took).isLessThan(AT_ONCE);
  }

  /** Sixteen ranges of 4 MiB, which take more than there is: some wait for others, or it ends. */
  @ParameterizedTest
  @ValueSource(strings = {"24m", "32m", "48m"})
  void memory(String heap) throws Exception {
    OciLayout layout = ecr.repository("heap-" + heap);
    NoiseImage.tag(layout, "latest", List.of(NoiseImage.layer(layout, 1, 96 << 20)));
    String reference = ecr.reference("heap-" + heap, "latest");

    Ended ended =
        EcrCommand.withCredentials()
            .heap(heap)
            .run(
                "copy",
                "--direct",
                "--parallelism=16",
                "--endpoint-url=" + ecr.server().endpoint(),
                reference,
                reference + "-copy");

    if (ended.status() != 0) {
      assertOneLine(ended, "out of memory");
    }
  }

  @Test
  void theLowestLimitsAreTooLow() throws Exception {
    String reference = tagImage("lowest");
    // The program is one file: 15 open ones are enough to ask a registry.
    assertOneLine(
        EcrCommand.withCredentials().limit("nofile", 12).run("pull", reference), "ulimit -n");
    assertOneLine(
        EcrCommand.withCredentials()
            .withFewThreads()
            .asUser(USER)
            .limit("nproc", 12)
            .run("pull", reference),
        "ulimit -u");
  }

  /** Where the JVM itself can't start, it says so, to standard output. */
  @Test
  void fewerThreadsThanAJvmNeeds() throws Exception {
    Ended ended = EcrCommand.withCredentials().asUser(USER).limit("nproc", 12).run("pull", "any");
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out()).contains("process/resource limits reached");
    assertThat(ended.out().lines()).hasSizeLessThan(3);
    assertThat(ended.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"> /dev/full", ">&-"})
  void standardOutput(String redirection) throws Exception {
    for (String option : List.of("--help", "--version")) {
      assertOneLine(
          EcrCommand.withCredentials().redirected(redirection).run(option), "standard output");
    }
    String reference = tagImage("out-" + Integer.toHexString(redirection.hashCode()));
    assertOneLine(
        EcrCommand.withCredentials()
            .redirected(redirection)
            .run(
                "copy",
                "--direct",
                "--endpoint-url=" + ecr.server().endpoint(),
                reference,
                reference + "-copy"),
        "standard output");
  }

  /** Without a place for words there are none, but the status is the same. */
  @ParameterizedTest
  @ValueSource(strings = {"2> /dev/full", "2>&-"})
  void standardError(String redirection) throws Exception {
    EcrCommand command = EcrCommand.withCredentials().redirected(redirection);
    assertThat(command.run("pull", "nginx").status()).isEqualTo(1);
    assertThat(command.run("nonsense").status()).isEqualTo(2);
    assertThat(command.run("--version").status()).isZero();
  }

  @Test
  void charactersThatTheLocaleLacks(@TempDir Path directory) throws Exception {
    for (String locale : List.of("C", "POSIX")) {
      Ended ended =
          EcrCommand.withCredentials()
              .with("LC_ALL", locale)
              .run("local", directory.resolve("é").toString(), "--create-on-push");
      assertThat(ended.status()).isEqualTo(2);
      assertThat(ended.err()).contains("LC_ALL=C.UTF-8").hasLineCount(1);
    }
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void aDirectoryToServeThatDoesNotExist(@TempDir Path directory) throws Exception {
    Path missing = directory.resolve("missing");
    assertOneLine(
        EcrCommand.withCredentials().run("local", missing.toString()), "--create-on-push");
    assertThat(missing).doesNotExist();
  }

  @Test
  void columns() throws Exception {
    for (String command : EcrCommand.COMMANDS) {
      assertFits(40, command, "--help");
    }
    for (int columns : List.of(30, 40, 55, 120)) {
      assertFits(columns, "--help");
    }
  }

  private static void assertFits(int columns, String... arguments) throws InterruptedException {
    Ended ended =
        EcrCommand.withCredentials().with("COLUMNS", Integer.toString(columns)).run(arguments);
    assertThat(ended.out().lines()).allMatch(line -> line.length() <= columns);
    assertThat(ended.out()).contains("Usage:", "--version", "143");
  }

  @Test
  void aDirectoryToServeThatMayNotBeEntered(@TempDir Path directory) throws Exception {
    Path closed = Files.createDirectory(directory.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    Path file = Files.createFile(directory.resolve("file"));

    assertOneLine(
        EcrCommand.withCredentials()
            .asUser(USER)
            .run("local", closed.toString(), "--create-on-push"),
        closed + "/.ecr-local.lock: permission denied");
    assertOneLine(
        EcrCommand.withCredentials().run("local", file.toString(), "--create-on-push"),
        file + ": it exists already, and is not a directory");
  }

  private static void assertOneLine(Ended ended, String complaint) {
    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThat(ended.err()).doesNotContain("\tat ", "Exception");
    assertThat(ended.err().lines().filter(line -> line.startsWith("ecr: ")).toList())
        .as(ended.err())
        .singleElement()
        .asString()
        .contains(complaint);
    assertThat(ended.err().lines().reduce("", (before, last) -> last)).startsWith("ecr: ");
  }

  private String tagImage(String repository) {
    OciLayout layout = ecr.repository(repository);
    OciImage image =
        layout.image(
            Format.OCI,
            Platform.current(),
            List.of(Layer.gzip(new LayerTar().file("text", 0644, repository))));
    layout.tag("latest", image.manifest());
    return ecr.reference(repository, "latest");
  }
}
