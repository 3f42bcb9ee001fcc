package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.internal.ffm.Isal;
import io.github.ecrcontainerd.containerd.internal.ffm.Zstd;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The compression of a layer's archive. It is detected from the first bytes, because media types
 * are often wrong.
 */
public enum Compression {
  NONE(""),
  /** RFC 1952, section 2.3.1. */
  GZIP("1f8b"),
  /** RFC 8878, section 3.1.1. */
  ZSTD("28b52ffd");

  /** The number of first bytes to compare. */
  private static final int LENGTH = 4;

  private static final int BUFFER_SIZE = 64 * 1024;

  /** The first bytes, in hexadecimal. */
  private final String magic;

  Compression(String magic) {
    this.magic = magic;
  }

  /** Returns a stream for {@link #of(PushbackInputStream)}. */
  public static PushbackInputStream peekable(InputStream layer) {
    return new PushbackInputStream(layer, LENGTH);
  }

  /**
   * Detects the compression from the next bytes of a stream of {@link #peekable}, without consuming
   * them.
   */
  public static Compression of(PushbackInputStream layer) throws IOException {
    byte[] first = layer.readNBytes(LENGTH);
    layer.unread(first);
    return of(first);
  }

  /**
   * Returns the uncompressed stream of a layer. Decodes gzip with ISA-L if it is installed, and
   * zstd with its own library. For use by the calling thread only.
   *
   * @throws IOException if it can't be read, or is compressed with zstd and this machine or JVM
   *     can't use the zstd library
   */
  public static InputStream uncompressed(InputStream layer) throws IOException {
    PushbackInputStream start = peekable(layer);
    return switch (of(start)) {
      case NONE -> start;
      case GZIP -> gunzip(start);
      case ZSTD ->
          Zstd.installed()
              .orElseThrow(
                  () -> new IOException("it is compressed with zstd, and there is no libzstd.so.1"))
              .decompressed(start);
    };
  }

  private static InputStream gunzip(InputStream gzip) throws IOException {
    Optional<Isal> isal = Isal.installed();
    return isal.isPresent()
        ? isal.get().gunzip(gzip)
        : GzipCompressorInputStream.builder()
            .setInputStream(gzip)
            .setBufferSize(BUFFER_SIZE)
            .setDecompressConcatenated(true)
            .get();
  }

  /** Detects the compression of a layer in the content store. */
  public static Compression of(ContentStore store, Descriptor layer) throws InterruptedException {
    ByteBuffer first = ByteBuffer.allocate((int) Math.min(LENGTH, layer.size()));
    try (BlobReader bytes = store.read(layer.digest(), 0, first.capacity())) {
      for (ByteBuffer next = bytes.read(); next != null; next = bytes.read()) {
        first.put(next);
      }
    }
    return of(Arrays.copyOf(first.array(), first.position()));
  }

  private static Compression of(byte[] first) {
    String digits = HexFormat.of().formatHex(first);
    if (digits.startsWith(GZIP.magic)) {
      return GZIP;
    }
    return digits.startsWith(ZSTD.magic) ? ZSTD : NONE;
  }
}
