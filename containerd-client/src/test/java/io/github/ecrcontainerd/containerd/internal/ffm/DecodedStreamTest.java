package io.github.ecrcontainerd.containerd.internal.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the programs gzip and zstd, and the JDK, have compressed, is decompressed by the libraries
 * of this machine.
 */
class DecodedStreamTest {

  /** A program that compresses, and the library that decompresses it. */
  enum Format {
    GZIP {
      @Override
      InputStream decode(InputStream compressed) {
        return isal().gunzip(compressed);
      }
    },
    ZSTD {
      @Override
      InputStream decode(InputStream compressed) throws IOException {
        return Zstd.installed().orElseThrow().decompressed(compressed);
      }
    };

    String program() {
      return name().toLowerCase(Locale.ROOT);
    }

    abstract InputStream decode(InputStream compressed) throws IOException;

    byte[] decode(byte[] compressed) throws IOException {
      try (InputStream decoded = decode(new InPieces(compressed))) {
        return decoded.readAllBytes();
      }
    }
  }

  private static Isal isal() {
    return Isal.installed().orElseThrow();
  }

  /**
   * A user without root can't install these, and has the other unit tests all the same. bin/verify
   * as root installs them before it starts the tests.
   */
  @BeforeAll
  static void lookForWhatOnlyRootInstalls() {
    assumeTrue(Isal.installed().isPresent(), "libisal.so.2 is missing: run bin/setup as root");
    assumeTrue(Zstd.installed().isPresent(), "libzstd.so.1 is missing: run bin/setup as root");
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "zstd"))),
        "zstd is missing: run bin/setup as root");
  }

  /** As bytes come from a registry: some at a time, now and then one. */
  private static final class InPieces extends ByteArrayInputStream {
    private final Random random = new Random(7);

    private final int most;

    InPieces(byte[] bytes) {
      this(bytes, 50_000);
    }

    InPieces(byte[] bytes, int most) {
      super(bytes);
      this.most = most;
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) {
      return super.read(target, offset, Math.min(length, 1 + random.nextInt(most)));
    }
  }

  @TempDir private Path directory;

  private byte[] compress(byte[] content, String... command) throws Exception {
    Path file = Files.write(directory.resolve("content"), content);
    Path compressed = directory.resolve("compressed");
    Process program =
        new ProcessBuilder(List.of(command))
            .redirectInput(file.toFile())
            .redirectOutput(compressed.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(program.waitFor()).isZero();
    return Files.readAllBytes(compressed);
  }

  private static byte[] content(int size) {
    byte[] content = new byte[size];
    Random random = new Random(size);
    random.nextBytes(content);
    for (int page = 0; page + 4096 < size; page += 3 * 4096) {
      Arrays.fill(content, page, page + 4096, (byte) random.nextInt());
    }
    return content;
  }

  private static byte[] together(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static Stream<List<String>> commands() {
    return Stream.of(
        List.of("GZIP", "gzip", "-1"),
        List.of("GZIP", "gzip", "-9"),
        List.of("ZSTD", "zstd", "-q", "-1"),
        List.of("ZSTD", "zstd", "-q", "-19"),
        List.of("ZSTD", "zstd", "-q", "-3", "--no-check"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void whatAProgramCompressesComesBack(List<String> command) throws Exception {
    Format format = Format.valueOf(command.getFirst());
    String[] program = command.subList(1, command.size()).toArray(String[]::new);
    for (int size : new int[] {0, 1, 4095, 300_000, 5_000_000}) {
      byte[] content = content(size);

      assertThat(format.decode(compress(content, program))).as("%d bytes", size).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void framesOneBehindTheOtherAreOneStream(Format format) throws Exception {
    byte[] first = content(100_000);
    byte[] second = content(3);

    byte[] both =
        together(
            compress(first, format.program()),
            compress(second, format.program()),
            compress(new byte[0], format.program()));

    assertThat(format.decode(both)).isEqualTo(together(first, second));
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void whatIsCutOffIsAnError(Format format) throws Exception {
    byte[] whole = compress(content(400_000), format.program());
    for (int length : new int[] {10, whole.length / 2, whole.length - 1}) {
      byte[] cut = Arrays.copyOf(whole, length);

      assertThatThrownBy(() -> format.decode(cut))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(EOFException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void whatIsDamagedOrFollowedBySomethingElseIsAnError(Format format) throws Exception {
    byte[] whole = compress(content(400_000), format.program());
    byte[] damaged = whole.clone();
    damaged[whole.length - 2] ^= 1;

    assertThatThrownBy(() -> format.decode(damaged)).isInstanceOf(IOException.class);
    assertThatThrownBy(
            () ->
                format.decode(
                    together(whole, new byte[] {'n', 'o', 't', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})))
        .isInstanceOf(IOException.class);
  }

  /** Or its length would be what an image asks of this process's memory. */
  @Test
  void aWindowOfMoreThanEightMebibytesIsRefused() throws Exception {
    byte[] content = content(20 << 20);

    byte[] compressed = compress(content, "zstd", "-q", "-1", "--long=27");

    assertThatThrownBy(() -> Format.ZSTD.decode(compressed)).hasMessageContaining("8 MiB");
  }

  /** The JDK, which reads the same streams elsewhere, is the peer. */
  @Test
  void damageIsRefusedWhereTheJdkRefusesIt() throws Exception {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(written)) {
      gzip.write(content(50_000));
    }
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      byte[] damaged = written.toByteArray();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();

      assertThat(outcome(() -> isal().gunzip(new InPieces(damaged))))
          .as("round %d", round)
          .isEqualTo(outcome(() -> new GZIPInputStream(new ByteArrayInputStream(damaged))));
    }
  }

  private interface Opening {
    InputStream open() throws IOException;
  }

  private static String outcome(Opening opening) {
    try (InputStream decoded = opening.open()) {
      return Integer.toString(Arrays.hashCode(decoded.readAllBytes()));
    } catch (IOException e) {
      return "refused";
    }
  }

  /** As the program gzip does, and the library that is used without ISA-L. ISA-L ignores them. */
  @ParameterizedTest
  @ValueSource(ints = {0x20, 0x40, 0x80})
  void reservedFlagsOfEachMemberAreRefused(int flag) throws Exception {
    byte[] member = compress(content(100), "gzip", "-c");
    byte[] reserved = member.clone();
    reserved[3] |= (byte) flag;

    for (byte[] members : List.of(reserved, together(member, reserved))) {
      assertThatThrownBy(() -> Format.GZIP.decode(members)).isInstanceOf(ZipException.class);
      assertThatThrownBy(() -> isal().gunzip(new InPieces(members, 1)).readAllBytes())
          .isInstanceOf(ZipException.class);
      assertThat(statusOf(members, "gzip", "-dc")).isNotZero();
    }
  }

  private int statusOf(byte[] input, String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectInput(Files.write(directory.resolve("input"), input).toFile())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
