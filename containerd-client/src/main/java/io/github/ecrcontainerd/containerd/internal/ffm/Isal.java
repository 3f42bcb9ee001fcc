package io.github.ecrcontainerd.containerd.internal.ffm;

import static io.github.ecrcontainerd.containerd.internal.ffm.NativeFunction.pointer;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/**
 * Intel's Intelligent Storage Acceleration Library, which decompresses gzip about twice as fast as
 * zlib (Debian's package libisal2). It is used if it is installed and passes a self-test: it must
 * correctly decompress data that this class has compressed. The layout of its state belongs to
 * version 2 of its binary interface, and only such a test can show that the library has that
 * layout.
 */
public final class Isal {
  /** {@code sizeof(struct inflate_state)} of igzip_lib.h is 87,368; a later one may be larger. */
  private static final long STATE_SIZE = 128 << 10;

  /** The offsets of the fields of {@code struct inflate_state}. */
  private static final long NEXT_OUT = 0;

  private static final long AVAIL_OUT = 8;
  private static final long NEXT_IN = 16;
  private static final long AVAIL_IN = 32;
  private static final long BLOCK_STATE = 21_160;
  private static final long CRC_FLAG = 21_172;

  /** {@code ISAL_GZIP}: with header and checksum. */
  private static final int GZIP = 1;

  /** {@code ISAL_BLOCK_FINISH}. */
  private static final int FINISHED = 5;

  /** {@code ISAL_OUT_OVERFLOW}, the largest result that is not an error: more output follows. */
  private static final int OUTPUT_FULL = 2;

  /** The position of the flags in a member's header, and those that are reserved. */
  private static final int FLAGS = 3;

  private static final int RESERVED_FLAGS = 0xe0;

  private static final int KNOWN_SIZE = 300_000;

  private static final Optional<Isal> INSTALLED =
      NativeLibrary.find("libisal.so.2").map(Isal::new).filter(Isal::isRight);

  private final NativeFunction init;
  private final NativeFunction reset;
  private final NativeFunction inflate;

  private Isal(NativeLibrary library) {
    init = library.function("isal_inflate_init");
    reset = library.function("isal_inflate_reset");
    inflate = library.function("isal_inflate");
  }

  /** Returns this machine's library, if it is installed. */
  public static Optional<Isal> installed() {
    return INSTALLED;
  }

  /** Returns the decompressed stream of a gzip stream. For use by the calling thread only. */
  public InputStream gunzip(InputStream gzip) {
    return new Gunzipped(gzip);
  }

  /** Whether it correctly decompresses known data in two consecutive gzip members. */
  private boolean isRight() {
    byte[] known = new byte[KNOWN_SIZE];
    new Random(1).nextBytes(known);
    Arrays.fill(known, KNOWN_SIZE / 3, KNOWN_SIZE / 2, (byte) 'x');
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    try {
      for (byte[] part : new byte[][] {known, Arrays.copyOf(known, 1)}) {
        try (GZIPOutputStream gzip = new GZIPOutputStream(members)) {
          gzip.write(part);
        }
      }
      try (InputStream gunzipped = gunzip(new ByteArrayInputStream(members.toByteArray()))) {
        byte[] seen = gunzipped.readAllBytes();
        return seen.length == KNOWN_SIZE + 1
            && Arrays.equals(Arrays.copyOf(seen, KNOWN_SIZE), known)
            && seen[KNOWN_SIZE] == known[0];
      }
    } catch (IOException e) {
      // The library differs from the expected one, so it is not used.
      return false;
    }
  }

  /** Only the thread that creates it may use it. */
  private final class Gunzipped extends DecodedStream {
    private final MemorySegment state;

    /** How many bytes of the member have been consumed. */
    private long position;

    Gunzipped(InputStream gzip) {
      super(gzip);
      state = arena().allocate(STATE_SIZE, Long.BYTES);
      var _ = init.call(pointer(state));
      state.set(JAVA_INT, CRC_FLAG, GZIP);
    }

    @Override
    Progress decode(MemorySegment input, MemorySegment output) throws IOException {
      if (state.get(JAVA_INT, BLOCK_STATE) == FINISHED) {
        var _ = reset.call(pointer(state));
        position = 0;
      }
      checkFlags(input);
      int given = (int) input.byteSize();
      int room = (int) output.byteSize();
      state.set(ADDRESS, NEXT_IN, input);
      state.set(JAVA_INT, AVAIL_IN, given);
      state.set(ADDRESS, NEXT_OUT, output);
      state.set(JAVA_INT, AVAIL_OUT, room);
      int result = (int) inflate.call(pointer(state));
      if (result < 0 || result > OUTPUT_FULL) {
        throw new ZipException("it is no gzip: ISA-L's error " + result);
      }
      int taken = given - state.get(JAVA_INT, AVAIL_IN);
      position += taken;
      return new Progress(
          taken,
          room - state.get(JAVA_INT, AVAIL_OUT),
          state.get(JAVA_INT, BLOCK_STATE) == FINISHED);
    }

    /**
     * Refuses what ISA-L ignores: reserved flags must be an error, because they may stand for a
     * header of another form (RFC 1952, section 2.3.1.2).
     */
    private void checkFlags(MemorySegment input) throws ZipException {
      long flags = FLAGS - position;
      if (flags >= 0
          && flags < input.byteSize()
          && (input.get(JAVA_BYTE, flags) & RESERVED_FLAGS) != 0) {
        throw new ZipException("it is no gzip: its header has reserved flags");
      }
    }

    @Override
    void free() {
      // The state is freed with the arena.
    }
  }
}
