package io.github.ecrcontainerd.containerd.internal.unpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that the program tar has made. */
class TarReaderTest {
  private static final String LONG_NAME = "n".repeat(240);
  private static final Instant TIME = Instant.parse("2031-02-03T04:05:06.123456789Z");
  private static final int SIZE_FIELD = 124;
  private static final int CHECKSUM_FIELD = 148;
  private static final int BLOCK = 512;

  @TempDir Path directory;

  /** An entry with its content. */
  private record Read(TarEntry entry, String content) {}

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "v7, false, false",
    "ustar, false, false",
    "oldgnu, true, false",
    "gnu, true, false",
    "pax, true, true"
  })
  void allThatTarWritesIsRead(String format, boolean longNames, boolean nanos) throws Exception {
    Files.createDirectories(directory.resolve("tree/sub"));
    Path file = Files.writeString(directory.resolve("tree/sub/file"), "content".repeat(300));
    Files.createLink(directory.resolve("tree/sub/other"), file);
    Files.createSymbolicLink(directory.resolve("tree/link"), Path.of("sub/file"));
    Files.writeString(directory.resolve("tree/empty"), "");
    Files.writeString(directory.resolve("tree/üñí"), "name");
    if (longNames) {
      Files.writeString(directory.resolve("tree/" + LONG_NAME), "long");
      Files.createSymbolicLink(directory.resolve("tree/far"), Path.of(LONG_NAME));
    }
    Files.setLastModifiedTime(file, FileTime.from(TIME));

    Map<String, Read> read = read(tar("--format=" + format, "--sort=name", "tree"));

    assertThat(read.keySet())
        .containsExactlyInAnyOrderElementsOf(
            longNames
                ? List.of(
                    "tree/",
                    "tree/empty",
                    "tree/far",
                    "tree/link",
                    "tree/" + LONG_NAME,
                    "tree/sub/",
                    "tree/sub/file",
                    "tree/sub/other",
                    bytes("tree/üñí"))
                : List.of(
                    "tree/",
                    "tree/empty",
                    "tree/link",
                    "tree/sub/",
                    "tree/sub/file",
                    "tree/sub/other",
                    bytes("tree/üñí")));
    for (Map.Entry<String, Read> each : read.entrySet()) {
      assertIsAsOnDisk(each.getKey(), each.getValue(), nanos);
    }
    assertThat(entry(read, "tree/sub/other").type()).isEqualTo(TarEntry.Type.HARD_LINK);
    assertThat(entry(read, "tree/sub/other").link()).isEqualTo("tree/sub/file");
    assertThat(entry(read, "tree/link").link()).isEqualTo("sub/file");
    if (longNames) {
      assertThat(entry(read, "tree/far").link()).isEqualTo(LONG_NAME);
    }
  }

  private void assertIsAsOnDisk(String name, Read read, boolean nanos) throws IOException {
    Path path = directory.resolve(new String(name.getBytes(ISO_8859_1), UTF_8));
    Map<String, Object> is =
        Files.readAttributes(path, "unix:uid,gid,mode,size", LinkOption.NOFOLLOW_LINKS);
    Instant time = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
    TarEntry entry = read.entry();
    assertThat(entry.uid()).isEqualTo(is.get("uid"));
    assertThat(entry.gid()).isEqualTo(is.get("gid"));
    assertThat(entry.mode()).isEqualTo((int) Objects.requireNonNull(is.get("mode")) & 07777);
    assertThat(entry.modification())
        .isEqualTo(nanos ? time : Instant.ofEpochSecond(time.getEpochSecond()));
    if (entry.type() == TarEntry.Type.FILE) {
      assertThat(entry.size()).isEqualTo(Files.size(path));
      assertThat(read.content()).isEqualTo(Files.readString(path));
    } else {
      assertThat(read.content()).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"gnu", "pax"})
  void ownersSizesAndTimesOfManyDigitsAreRead(String format) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "x");
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2250-01-01T00:00:00Z")));

    Map<String, Read> read =
        read(tar("--format=" + format, "--owner=:4000000000", "--group=:2097152", "file"));

    TarEntry entry = entry(read, "file");
    assertThat(Integer.toUnsignedLong(entry.uid())).isEqualTo(4_000_000_000L);
    assertThat(entry.gid()).isEqualTo(2_097_152);
    assertThat(entry.modification()).isEqualTo(Instant.parse("2250-01-01T00:00:00Z"));
  }

  /** Extended attributes are bytes, among them zeros and what is no UTF-8. */
  @Test
  void recordsOfPaxAreRead() throws Exception {
    Files.writeString(directory.resolve("file"), "x");

    Map<String, Read> read =
        read(
            tar(
                "--format=pax",
                "--pax-option=SCHILY.xattr.user.note:=é=\n,atime:=1000000000.5,comment:=",
                "file"));

    TarEntry entry = entry(read, "file");
    assertThat(entry.attributes().keySet()).containsExactly("user.note");
    assertThat(entry.attributes().get("user.note")).isEqualTo("é=\n".getBytes(UTF_8));
    assertThat(entry.access()).hasValue(Instant.ofEpochSecond(1_000_000_000, 500_000_000));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"gnu", "pax"})
  void sparseFilesAreNotKnown(String format) throws Exception {
    run("truncate", "--size=4M", "sparse");
    byte[] archive = tar("--format=" + format, "--sparse", "sparse");

    assertThatThrownBy(() -> read(archive)).isInstanceOf(UnknownArchiveException.class);
  }

  @Test
  void timesOfAccessOfGnuTarAreNotKnown() throws Exception {
    Files.writeString(directory.resolve("file"), "x");
    byte[] archive = tar("--format=gnu", "--incremental", "file");

    assertThatThrownBy(() -> read(archive)).isInstanceOf(UnknownArchiveException.class);
  }

  @Test
  void aHeaderOfManyBytesIsRefusedBeforeItIsRead() throws Exception {
    Files.writeString(directory.resolve("file"), "x");
    byte[] archive = tar("--format=pax", "--pax-option=comment:=x", "file");
    System.arraycopy("77777777777\0".getBytes(ISO_8859_1), 0, archive, SIZE_FIELD, 12);
    sign(archive);

    assertThatThrownBy(() -> read(archive)).hasMessageContaining("a header of 8589934591 bytes");
  }

  private static void sign(byte[] header) {
    Arrays.fill(header, CHECKSUM_FIELD, CHECKSUM_FIELD + 8, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += header[i] & 0xff;
    }
    byte[] digits = "%06o\0 ".formatted(sum).getBytes(ISO_8859_1);
    System.arraycopy(digits, 0, header, CHECKSUM_FIELD, digits.length);
  }

  @Test
  void anArchiveThatIsCutOffHasTheEntriesBeforeOrIsRefused() throws Exception {
    byte[] archive = twoFiles();
    Map<String, Read> whole = read(archive);
    int refused = 0;
    for (int length = 0; length < archive.length; length += 100) {
      try {
        assertThat(whole).containsAllEntriesOf(read(Arrays.copyOf(archive, length)));
      } catch (EOFException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(10);
  }

  @Test
  void whateverIsDamagedEndsWithEntriesOrAnIoException() throws Exception {
    byte[] archive = twoFiles();
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] damaged = archive.clone();
      for (int n = 0; n < 4; n++) {
        damaged[random.nextInt(3 * BLOCK)] = (byte) random.nextInt(256);
      }
      try {
        read(damaged);
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(500);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "8 a=b\n",
        "6 a=b",
        "0 a=b\n",
        "-6 a=b\n",
        "5 =b\n",
        "5 ab\n",
        "99999999999999999999 a=b\n",
        "9 a=b\0c\n",
        "20 GNU.sparse.a=bcd\n",
        "22 SCHILY.xattr.\0=bcd\n"
      })
  void malformedRecordsAreRefused(String records) {
    assertThatThrownBy(() -> PaxRecords.parse(records)).isInstanceOf(UnknownArchiveException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "1e9", "1.x", "9999999999999"})
  void malformedTimesAreRefused(String time) throws Exception {
    String record = " mtime=" + time + "\n";
    PaxRecords records = PaxRecords.parse((record.length() + 2) + record);

    assertThatThrownBy(() -> records.time("mtime")).isInstanceOf(UnknownArchiveException.class);
  }

  private byte[] twoFiles() throws Exception {
    Files.writeString(directory.resolve("first"), "1".repeat(700));
    Files.writeString(directory.resolve("second"), "2".repeat(10));
    return tar("--format=pax", "first", "second");
  }

  private static Map<String, Read> read(byte[] archive) throws IOException {
    TarReader reader = new TarReader(new ByteArrayInputStream(archive));
    Map<String, Read> entries = new LinkedHashMap<>();
    byte[] buffer = new byte[100];
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      for (int count = reader.read(buffer); count > 0; count = reader.read(buffer)) {
        content.write(buffer, 0, count);
      }
      entries.put(entry.name(), new Read(entry, content.toString(UTF_8)));
    }
    return entries;
  }

  private static TarEntry entry(Map<String, Read> read, String name) {
    return Objects.requireNonNull(read.get(name), name).entry();
  }

  /** What a name is in an archive: bytes, each a character. */
  private static String bytes(String name) {
    return new String(name.getBytes(UTF_8), ISO_8859_1);
  }

  private byte[] tar(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("tar", "--create"));
    command.addAll(List.of(arguments));
    return run(command.toArray(String[]::new));
  }

  private byte[] run(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    byte[] out = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    return out;
  }
}
