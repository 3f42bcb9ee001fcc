package io.github.ecrcontainerd.containerd.internal.unpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.fuzz.Fuzz;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives of GNU tar, with changes that it doesn't make. */
class HostileArchivesTest {
  private static final Pattern ESCAPE = Pattern.compile("(?s)\\\\([0-7]{3}|.)");

  private static final int BLOCK = 512;

  @TempDir Path directory;

  @Test
  void archivesAreReadOrRefused() throws Exception {
    List<byte[]> archives = new ArrayList<>();
    for (String format : List.of("v7", "ustar", "oldgnu", "gnu", "pax")) {
      archives.add(archive(format));
    }
    List<String> words =
        List.of(
            "77777777777",
            "\u0000\u0000\u0000",
            "-0000000001",
            "99 path=x\n",
            "12 size=-1\n",
            "30 mtime=99999999999999999999\n",
            "ustar",
            "../".repeat(40));
    Fuzz.refusedBy(IOException.class)
        .check(
            Fuzz.changed(archives, words).map(HostileArchivesTest::withRightSums),
            HostileArchivesTest::read);
  }

  /**
   * GNU tar lists the same names from what is accepted. It shows a directory with a slash at its
   * end, whether the archive has one or not.
   */
  @Test
  void whatIsAcceptedHasTheNamesThatGnuTarLists() throws Exception {
    List<byte[]> archives = new ArrayList<>();
    for (String format : List.of("v7", "ustar", "oldgnu", "gnu", "pax")) {
      archives.add(archive(format));
    }
    Path changed = directory.resolve("changed.tar");
    Fuzz.refusedBy(IOException.class)
        .oneOf(4)
        .check(
            Fuzz.changed(archives, List.of("0000000000", "../", "14 path=x/yz\n", "ustar"))
                .map(HostileArchivesTest::withRightSums),
            input -> {
              List<String> names = names(input);
              Files.write(changed, input);
              assertThat(namesByTar(changed)).isEqualTo(names);
            });
  }

  private static List<String> names(byte[] archive) throws IOException {
    TarReader reader = new TarReader(new ByteArrayInputStream(archive));
    List<String> names = new ArrayList<>();
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      names.add(entry.name().replaceFirst("/+$", ""));
    }
    return names;
  }

  private static List<String> namesByTar(Path archive) throws Exception {
    ProcessBuilder listing =
        new ProcessBuilder("tar", "-tf", archive.toString(), "--quoting-style=escape")
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    listing.environment().put("LC_ALL", "C");
    Process tar = listing.start();
    String listed = new String(tar.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    var _ = tar.waitFor();
    return listed.lines().map(name -> unescaped(name).replaceFirst("/+$", "")).toList();
  }

  /** A name as C has it in a string: a line each, though a name may have line feeds. */
  private static String unescaped(String name) {
    return ESCAPE
        .matcher(name)
        .replaceAll(
            escape -> {
              String code = escape.group(1);
              int letter = "abfnrtv".indexOf(code);
              return Matcher.quoteReplacement(
                  code.length() == 3
                      ? String.valueOf((char) Integer.parseInt(code, 8))
                      : letter < 0
                          ? code
                          : String.valueOf("\u0007\b\f\n\r\t\u000b".charAt(letter)));
            });
  }

  /**
   * A size near the end of a number's range: what follows the file must not be taken for headers.
   */
  @Test
  void aSizeThatIsAlmostALongIsNotSkippedByWrappingAround() throws Exception {
    byte[] archive = archive("ustar");
    byte[] huge = {(byte) 0x80, 0, 0, 0, 0x7f, -1, -1, -1, -1, -1, -1, -1};
    int file = headerOfAFile(archive);
    System.arraycopy(huge, 0, archive, file + 124, huge.length);
    TarReader reader = new TarReader(new ByteArrayInputStream(withRightSums(archive)));
    assertThatThrownBy(
            () -> {
              while (reader.next() != null) {
                // The contents are skipped.
              }
            })
        .isInstanceOf(EOFException.class);
  }

  private static int headerOfAFile(byte[] archive) {
    for (int at = 0; at < archive.length; at += BLOCK) {
      if (archive[at + 156] == '0') {
        return at;
      }
    }
    throw new AssertionError("there is no file in it");
  }

  private static void read(byte[] archive) throws IOException {
    InputStream input = new ByteArrayInputStream(archive);
    TarReader reader = new TarReader(input);
    byte[] content = new byte[BLOCK];
    int entries = 0;
    long bytes = 0;
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      entries++;
      assertThat(entry.size()).isNotNegative();
      for (int count = reader.read(content); count >= 0; count = reader.read(content)) {
        bytes += count;
      }
    }
    // No byte is read twice, and each entry has a header.
    assertThat(bytes + (long) entries * BLOCK).isLessThanOrEqualTo(archive.length);
  }

  /** Changes each header's sum to the right one, so that more of the headers are read. */
  private static byte[] withRightSums(byte[] archive) {
    byte[] right = archive.clone();
    for (int at = 0; at + BLOCK <= right.length; at += BLOCK) {
      if (right[at + 257] == 'u' && right[at + 258] == 's') {
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
          sum += i >= 148 && i < 156 ? ' ' : right[at + i] & 0xff;
        }
        byte[] digits = TarReader.bytes("%06o\0 ".formatted(sum));
        System.arraycopy(digits, 0, right, at + 148, digits.length);
      }
    }
    return right;
  }

  private byte[] archive(String format) throws Exception {
    Path files = Files.createDirectories(directory.resolve(format));
    Files.writeString(files.resolve("a"), "content".repeat(100));
    if (!Files.exists(files.resolve("l"))) {
      Files.createSymbolicLink(files.resolve("l"), Path.of("a"));
    }
    Files.createDirectories(files.resolve("d"));
    String longName = format.equals("v7") ? "n".repeat(80) : "n".repeat(99);
    Files.writeString(files.resolve("d").resolve(longName), "x");
    Path archive = directory.resolve(format + ".tar");
    Process tar =
        new ProcessBuilder(
                "tar",
                "-C",
                files.toString(),
                "--format=" + format,
                "-b2",
                "-cf",
                archive.toString(),
                "a",
                "d",
                "l")
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    return Files.readAllBytes(archive);
  }
}
