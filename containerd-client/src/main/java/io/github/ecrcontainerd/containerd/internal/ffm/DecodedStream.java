package io.github.ecrcontainerd.containerd.internal.ffm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * What another stream is when a native decoder has decompressed it. Frames that follow each other
 * are one stream. For one thread: the one that makes it.
 */
abstract class DecodedStream extends InputStream {
  private static final int INPUT_SIZE = 64 << 10;

  /** The more there is room for, the less often ISA-L copies its window of 32 KiB aside. */
  private static final int OUTPUT_SIZE = 256 << 10;

  private final InputStream compressed;
  private final byte[] arrived = new byte[INPUT_SIZE];
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment input = arena.allocate(INPUT_SIZE);
  private final MemorySegment output = arena.allocate(OUTPUT_SIZE);

  /** Of the input: what the decoder has taken, and what there is. */
  private int taken;

  private int given;

  /** Of the output: what was read, and what there is. */
  private int read;

  private int decoded;

  /** Whether the decoder stands between two frames, where a stream may end. */
  private boolean betweenFrames;

  private boolean closed;

  DecodedStream(InputStream compressed) {
    this.compressed = compressed;
  }

  /** Lives as long as the stream does. */
  final Arena arena() {
    return arena;
  }

  /**
   * What a decoder did.
   *
   * @param taken bytes of the input
   * @param made bytes of the output
   * @param atEnd whether that was the end of a frame
   */
  record Progress(int taken, int made, boolean atEnd) {}

  /**
   * Decompresses what it can, and begins a new frame after one has ended.
   *
   * @throws IOException if it isn't what it should be
   */
  abstract Progress decode(MemorySegment input, MemorySegment output) throws IOException;

  /** Gives back what the decoder holds. */
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

  /** Whether there may be more. */
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
      throw new EOFException("it ends within what is compressed");
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
