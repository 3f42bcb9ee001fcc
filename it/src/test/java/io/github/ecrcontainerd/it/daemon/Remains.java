package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.support.Proc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a command that has ended may not leave. The daemon's own {@code ctr} lists its leases and
 * snapshots, and coreutils' sha256sum reads the content.
 *
 * @param daemon the daemon that it used
 * @param temporary the directory that it had for temporary files
 */
public record Remains(Containerd daemon, Path temporary) {

  /** Checks all. */
  public void assertNone(String reference) {
    assertThat(daemon.heldLeases()).isEmpty();
    assertNoUnfinishedSnapshot();
    assertNoProcess(reference);
    assertNoFile();
    assertThatContentHasItsDigest();
  }

  public void assertNoUnfinishedSnapshot() {
    assertThat(daemon.ctr("snapshots", "ls")).doesNotContain("extract-");
  }

  /** Checks that no process has this text in its command line. */
  public void assertNoProcess(String text) {
    List<String> left;
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      left =
          processes
              .filter(process -> Character.isDigit(process.getFileName().toString().charAt(0)))
              .flatMap(process -> Proc.read(process.resolve("cmdline")).stream())
              .filter(command -> command.contains(text))
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(left).as("processes").isEmpty();
  }

  /** Checks that its directory for temporary files is empty. */
  public void assertNoFile() {
    try (Stream<Path> files = Files.walk(temporary)) {
      assertThat(files.skip(1)).as("temporary files").isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checks that the content of each blob has the digest that is its file's name. */
  public void assertThatContentHasItsDigest() {
    Path blobs = daemon.root().resolve("io.containerd.content.v1.content/blobs/sha256");
    daemon.run(
        "sh",
        "-c",
        "for blob in \"$1\"/*; do [ ! -e \"$blob\" ]"
            + " || echo \"${blob##*/}  $blob\" | sha256sum --check --quiet || exit 1; done",
        "sh",
        blobs.toString());
  }
}
