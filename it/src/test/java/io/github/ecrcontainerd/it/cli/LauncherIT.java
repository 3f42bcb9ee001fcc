package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.support.Checkout;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/ecr}: it prepares the JVM for faster starts once, and nobody notices anything but
 * those.
 */
@Timeout(300)
class LauncherIT {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  @TempDir private Path copy;
  private Checkout checkout;

  private record Ended(int status, String out, String err) {}

  @BeforeEach
  void copyTheLauncherAndItsApplication() throws IOException {
    checkout = Checkout.in(copy);
  }

  private Ended version(String... wrapper) throws Exception {
    return run(List.of(wrapper), List.of());
  }

  private Ended run(List<String> wrapper, List<String> options) throws Exception {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(List.of(checkout.script("ecr"), "--version"));
    Path out = copy.resolve("out");
    Path err = copy.resolve("err");
    ProcessBuilder builder =
        checkout.process(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    if (!options.isEmpty()) {
      builder.environment().put("JAVA_TOOL_OPTIONS", String.join(" ", options));
    }
    Process process = builder.start();
    try {
      assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** The one cache that there is. */
  private Path cache() throws IOException {
    try (Stream<Path> files = Files.list(checkout.app().resolve("cache"))) {
      List<Path> caches = files.filter(file -> file.toString().endsWith(".aot")).toList();
      assertThat(caches).hasSize(1);
      assertThat(caches.getFirst()).isNotEmptyFile();
      return caches.getFirst();
    }
  }

  private boolean startsFromTheCache() throws Exception {
    Path classes = copy.resolve("classes");
    Ended ended = run(List.of(), List.of("-Xlog:class+load:file=" + classes));
    assertThat(ended.status()).as(ended.err()).isZero();
    return Files.readString(classes)
        .lines()
        .anyMatch(
            line ->
                line.contains("io.github.ecrcontainerd.cli.Ecr ")
                    && line.contains("shared objects file"));
  }

  private static void isSilent(Ended ended) {
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out()).startsWith("ecr ").hasLineCount(1);
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void preparesOnceAndAgainWhenAJarIsAnother() throws Exception {
    isSilent(version());
    Object made = Files.readAttributes(cache(), "unix:ino").get("ino");
    assertThat(startsFromTheCache()).isTrue();
    isSilent(version());
    assertThat(Files.readAttributes(cache(), "unix:ino").get("ino")).isEqualTo(made);

    Files.setLastModifiedTime(
        checkout.app().resolve("lib/ecr.jar"), FileTime.fromMillis(1_000_000_000_000L));
    isSilent(version());
    assertThat(startsFromTheCache()).isTrue();
  }

  @Test
  void startsWithoutWhereItMayNotWrite() throws Exception {
    Files.setPosixFilePermissions(checkout.app(), PosixFilePermissions.fromString("r-xr-xr-x"));
    // Root may write everywhere, unless it gives that up.
    isSilent(version("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"));
    assertThat(checkout.app().resolve("cache")).doesNotExist();
  }

  @Test
  void startsWithoutWhereTheTrainingFails() throws Exception {
    // The trainer is there, and the registry that it starts is not.
    try (FileSystem jar = FileSystems.newFileSystem(checkout.app().resolve("lib/ecr.jar"))) {
      Files.delete(jar.getPath("io/github/ecrcontainerd/local/EcrLocal.class"));
    }
    isSilent(version());
    assertThat(startsFromTheCache()).isFalse();
    isSilent(version());
  }
}
