package io.github.ecrcontainerd.containerd.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.ecrcontainerd.containerd.internal.ffm.Isal;
import io.github.ecrcontainerd.containerd.internal.ffm.Zstd;
import io.github.ecrcontainerd.fuzz.Fuzz;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the programs gzip and zstd have compressed, with changes: what is accepted has to be what
 * these programs make of it. The memory of the native decoders is not counted here; DecodedStream
 * and Zstd bound it.
 */
class HostileCompressionTest {
  private static final int BOMB_BYTES = 256 << 20;

  @TempDir Path directory;

  @BeforeAll
  static void lookForWhatOnlyRootInstalls() {
    assumeTrue(Isal.installed().isPresent(), "libisal.so.2 is missing: run bin/setup as root");
    assumeTrue(Zstd.installed().isPresent(), "libzstd.so.1 is missing: run bin/setup as root");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void whatIsAcceptedIsWhatTheProgramMakesOfIt(String program) throws Exception {
    byte[] noise = new byte[2000];
    new Random(1).nextBytes(noise);
    List<byte[]> layers = new ArrayList<>();
    for (byte[] content : List.of(new byte[0], new byte[100_000], noise)) {
      byte[] layer = run(content, program, "-c");
      layers.add(layer);
      layers.add(joined(layer, layers.getFirst()));
    }
    Fuzz.refusedBy(IOException.class)
        .oneOf(4)
        .check(
            Fuzz.changed(
                layers, List.of("\u001f\u008b\b", "\u0000\u0000\u0000\u0000", "(\u00b5/\u00fd")),
            input -> {
              byte[] decoded;
              try (InputStream layer = Compression.uncompressed(new ByteArrayInputStream(input))) {
                decoded = layer.readNBytes(4 << 20);
              }
              if (isOf(input, program)) {
                assertThat(decoded).isEqualTo(run(input, program, "-dc"));
              }
            });
  }

  private static boolean isOf(byte[] layer, String program) throws IOException {
    Compression found = Compression.of(Compression.peekable(new ByteArrayInputStream(layer)));
    return found.name().equalsIgnoreCase(program);
  }

  /** 256 MiB that have some KiB: nothing but buffers of a fixed size is allocated for it. */
  @ParameterizedTest
  @ValueSource(strings = {"gzip -1", "zstd -1"})
  void aBombNeedsNoMoreMemoryThanAnyOtherLayer(String program) throws Exception {
    Path bomb = directory.resolve("bomb");
    Process made =
        new ProcessBuilder(
                "sh", "-c", "head -c %d /dev/zero | %s -c".formatted(BOMB_BYTES, program))
            .redirectOutput(bomb.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(made.waitFor()).isZero();
    byte[] some = new byte[64 << 10];
    Fuzz.refusedBy(IOException.class)
        .within(Duration.ofSeconds(60))
        .allocating(4 << 20)
        .accepts(
            () -> {
              long size = 0;
              try (InputStream layer = Compression.uncompressed(Files.newInputStream(bomb))) {
                for (int count = layer.read(some); count >= 0; count = layer.read(some)) {
                  size += count;
                }
              }
              assertThat(size).isEqualTo(BOMB_BYTES);
            });
  }

  /** A frame that says it needs a window of 128 MiB. */
  @Test
  void aWindowOfMoreThan8MebibytesIsRefusedBeforeItIsAllocated() throws Exception {
    byte[] frame = run(new byte[200 << 20], "zstd", "-c", "--long=27", "-1");
    Fuzz.refusedBy(IOException.class)
        .allocating(4 << 20)
        .refuses(
            () -> {
              try (InputStream layer = Compression.uncompressed(new ByteArrayInputStream(frame))) {
                layer.skipNBytes(200 << 20);
              }
            });
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** What a program makes of a file; the test fails if the program does. */
  private byte[] run(byte[] input, String... command) throws IOException, InterruptedException {
    Path file = directory.resolve("input");
    Files.write(file, input);
    Process process =
        new ProcessBuilder(command)
            .redirectInput(file.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).as("the status of %s", String.join(" ", command)).isZero();
    return output;
  }
}
