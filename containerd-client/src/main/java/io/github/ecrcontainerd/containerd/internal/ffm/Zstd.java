package io.github.ecrcontainerd.containerd.internal.ffm;

import static io.github.ecrcontainerd.containerd.internal.ffm.NativeFunction.pointer;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Zstandard's library, which every Debian has (libzstd1). It decompresses windows of at most 8 MiB,
 * the size that RFC 8878, section 3.1.1.1.2, recommends decoders to support. A frame with a larger
 * window is refused, because its memory would be unbounded.
 */
public final class Zstd {
  /** {@code ZSTD_d_windowLogMax} of zstd.h. */
  private static final int WINDOW_LOG_MAX = 100;

  /** 8 MiB. */
  private static final int WINDOW_LOG = 23;

  /** {@code ZSTD_inBuffer} and {@code ZSTD_outBuffer}: the bytes, their count, the position. */
  private static final long BUFFER_SIZE = 24;

  private static final long COUNT = 8;
  private static final long POSITION = 16;

  private static final Optional<Zstd> INSTALLED = NativeLibrary.find("libzstd.so.1").map(Zstd::new);

  private final NativeFunction create;
  private final NativeFunction free;
  private final NativeFunction setParameter;
  private final NativeFunction decompress;
  private final NativeFunction isError;

  private Zstd(NativeLibrary library) {
    create = library.function("ZSTD_createDCtx");
    free = library.function("ZSTD_freeDCtx");
    setParameter = library.function("ZSTD_DCtx_setParameter");
    decompress = library.function("ZSTD_decompressStream");
    isError = library.function("ZSTD_isError");
  }

  /** Returns this machine's library, if it is installed. */
  public static Optional<Zstd> installed() {
    return INSTALLED;
  }

  /** Returns the decompressed stream of zstd frames. For use by the calling thread only. */
  public InputStream decompressed(InputStream frames) throws IOException {
    return new Decompressed(frames);
  }

  private boolean isError(long result) {
    return (int) isError.call(result) != 0;
  }

  /** Returns the pointer to a new context, which the caller frees. */
  private long newContext() throws IOException {
    long context = create.call();
    long result = context == 0 ? -1 : setParameter.call(context, WINDOW_LOG_MAX, WINDOW_LOG);
    if (isError(result)) {
      free(context);
      throw new IOException("Zstandard's library can't begin");
    }
    return context;
  }

  private void free(long context) {
    // It accepts null.
    var _ = free.call(context);
  }

  /** Only the thread that creates it may use it. */
  private final class Decompressed extends DecodedStream {
    private final long context;
    private final MemorySegment in;
    private final MemorySegment out;

    Decompressed(InputStream frames) throws IOException {
      context = newContext();
      super(frames);
      in = arena().allocate(BUFFER_SIZE, Long.BYTES);
      out = arena().allocate(BUFFER_SIZE, Long.BYTES);
    }

    @Override
    Progress decode(MemorySegment input, MemorySegment output) throws IOException {
      in.set(ADDRESS, 0, input);
      in.set(JAVA_LONG, COUNT, input.byteSize());
      in.set(JAVA_LONG, POSITION, 0);
      out.set(ADDRESS, 0, output);
      out.set(JAVA_LONG, COUNT, output.byteSize());
      out.set(JAVA_LONG, POSITION, 0);
      long result = decompress.call(context, pointer(out), pointer(in));
      if (isError(result)) {
        throw new IOException("it is no zstd, or one that asks for a window of more than 8 MiB");
      }
      return new Progress(
          (int) in.get(JAVA_LONG, POSITION), (int) out.get(JAVA_LONG, POSITION), result == 0);
    }

    @Override
    void free() {
      Zstd.this.free(context);
    }
  }
}
