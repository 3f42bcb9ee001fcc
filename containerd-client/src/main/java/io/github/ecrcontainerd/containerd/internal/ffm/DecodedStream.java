package io.github.ecrcontainerd.containerd.internal.ffm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Decompresses another stream with a native decoder. Consecutive frames form one stream. Only the
 * thread that creates it may use it.
 */
abstract class DecodedStream extends InputStream {
  private static final int INPUT_SIZE = 64 << 10;

  /** With a larger buffer, ISA-L copies its window of 32 KiB less often. */
  private static final int OUTPUT_SIZE = 256 << 10;

  private final InputStream compressed;
  private final byte[] arrived = new byte[INPUT_SIZE];
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment input = arena.allocate(INPUT_SIZE);
  private final MemorySegment output = arena.allocate(OUTPUT_SIZE);

  /** In the input: the bytes that the decoder has consumed, and the bytes available. */
  private int taken;

  private int given;

  /** In the output: the bytes that were read, and the bytes available. */
  private int read;

  private int decoded;

  /** Whether the decoder is between two frames, where a stream may end. */
  private boolean betweenFrames;

  private boolean closed;

  DecodedStream(InputStream compressed) {
    this.compressed = compressed;
  }

  /** The arena, which is closed with the stream. */
  final Arena arena() {
    return arena;
  }

  /**
   * The result of a decoder's call.
   *
   * @param taken the consumed bytes of the input
   * @param made the produced bytes of the output
   * @param atEnd whether the end of a frame was reached
   */
  record Progress(int taken, int made, boolean atEnd) {}

  /**
   * Decompresses as much as possible, and starts a new frame after the end of one.
   *
   * @throws IOException if the input is not valid
   */
  abstract Progress decode(MemorySegment input, MemorySegment output) throws IOException;

  /** Releases the decoder's resources. */
  abstract void free();

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public final int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    while (read == decoded) {
      if (!decode()) {
        return -1;
      }
    }
    int count = Math.min(length, decoded - read);
    MemorySegment.copy(output, JAVA_BYTE, read, target, offset, count);
    read += count;
    return count;
  }

  /** Decodes more. Returns false at the end of the stream. */
  private boolean decode() throws IOException {
    boolean ended = false;
    if (taken == given) {
      given = Math.max(compressed.read(arrived), 0);
      taken = 0;
      ended = given == 0;
      if (ended && betweenFrames) {
        return false;
      }
      MemorySegment.copy(arrived, 0, input, JAVA_BYTE, 0, given);
    }
    Progress progress = decode(input.asSlice(taken, given - taken), output);
    if (ended && progress.made == 0 && !progress.atEnd) {
      throw new EOFException("the compressed data is truncated");
    }
    taken += progress.taken;
    betweenFrames = progress.atEnd;
    read = 0;
    decoded = progress.made;
    return true;
  }

  @Override
  public final void close() throws IOException {
    if (!closed) {
      closed = true;
      free();
      arena.close();
      compressed.close();
    }
  }
}
