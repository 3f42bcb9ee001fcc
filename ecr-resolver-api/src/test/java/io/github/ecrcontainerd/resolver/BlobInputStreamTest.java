package io.github.ecrcontainerd.resolver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BlobInputStreamTest {

  /** Lends some pieces, then throws or ends. */
  private static final class Pieces implements BlobReader {
    private final Deque<byte[]> left = new ArrayDeque<>();
    private @Nullable InterruptedException interrupt;
    private int closes;

    Pieces(byte[]... pieces) {
      left.addAll(List.of(pieces));
    }

    static Pieces of(String... pieces) {
      Pieces reader = new Pieces();
      for (String piece : pieces) {
        reader.left.add(piece.getBytes(UTF_8));
      }
      return reader;
    }

    @Override
    public @Nullable ByteBuffer read() throws InterruptedException {
      if (interrupt != null) {
        throw interrupt;
      }
      byte[] next = left.poll();
      return next == null ? null : ByteBuffer.wrap(next).asReadOnlyBuffer();
    }

    @Override
    public void close() {
      closes++;
    }
  }

  @Test
  void givesAllBytesInOrderAndThenEnds() throws IOException {
    try (InputStream stream = Pieces.of("a", "bcd", "ef").asInputStream()) {
      assertThat(stream.read()).isEqualTo('a');
      assertThat(stream.readNBytes(0)).isEmpty();
      assertThat(new String(stream.readAllBytes(), UTF_8)).isEqualTo("bcdef");
      assertThat(stream.read()).isEqualTo(-1);
      assertThat(stream.read(new byte[1])).isEqualTo(-1);
      assertThat(stream.available()).isZero();
    }
  }

  @Test
  void givesBytesAbove127AsPositiveNumbers() throws IOException {
    try (InputStream stream = new Pieces(new byte[] {(byte) 0xff}).asInputStream()) {
      assertThat(stream.read()).isEqualTo(255);
    }
  }

  @Test
  void hasBytesAvailableUntilItsEndSoThatTheJdkReadsEachMemberOfAGzipStream() throws IOException {
    Pieces reader = new Pieces(gzip("first "), gzip("second"));
    try (InputStream text = new GZIPInputStream(reader.asInputStream())) {
      assertThat(new String(text.readAllBytes(), UTF_8)).isEqualTo("first second");
    }
  }

  @Test
  void tellsOfAnInterruptByItsExceptionAndByTheThreadsStatus() {
    Pieces reader = Pieces.of();
    reader.interrupt = new InterruptedException("stop");
    assertThatThrownBy(() -> reader.asInputStream().read())
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("stop");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void closesItsReaderOnceAndIsNotReadAfterThat() throws IOException {
    Pieces reader = Pieces.of("a");
    InputStream stream = reader.asInputStream();

    stream.close();
    stream.close();

    assertThat(reader.closes).isEqualTo(1);
    assertThatThrownBy(stream::read).isInstanceOf(IOException.class);
    assertThatThrownBy(stream::available).isInstanceOf(IOException.class);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
