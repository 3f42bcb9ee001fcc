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
 * How a layer's archive is compressed. Its first bytes decide that: media types are often wrong.
 */
public enum Compression {
  NONE(""),
  /** RFC 1952, section 2.3.1. */
  GZIP("1f8b"),
  /** RFC 8878, section 3.1.1. */
  ZSTD("28b52ffd");

  /** How many first bytes decide. */
  private static final int LENGTH = 4;

  private static final int BUFFER_SIZE = 64 * 1024;

  /** The first bytes, in hexadecimal digits. */
  private final String magic;

  Compression(String magic) {
    this.magic = magic;
  }

  /** A stream whose first bytes {@link #of(PushbackInputStream)} can look at. */
  public static PushbackInputStream peekable(InputStream layer) {
    return new PushbackInputStream(layer, LENGTH);
  }

  /** Looks at the next bytes of a stream of {@link #peekable}, and leaves them in it. */
  public static Compression of(PushbackInputStream layer) throws IOException {
    byte[] first = layer.readNBytes(LENGTH);
    layer.unread(first);
    return of(first);
  }

  /**
   * What a layer is when it isn't compressed: gzip by ISA-L where that is installed, zstd by its
   * own library. For the thread that asks for it.
   *
   * @throws IOException if it can't be read, or is compressed with zstd and this machine, or JVM,
   *     has no library for that
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

  /** Of a layer that the content store has. */
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
