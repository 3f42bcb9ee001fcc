package io.github.ecrcontainerd.ecr.internal.download;

import java.nio.ByteBuffer;

/**
 * The bytes of one range between the HTTP client and the reader. The array holds the whole range,
 * or is a ring buffer. Guarded by its owner's lock.
 */
final class RangeBuffer {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final byte[] array;
  private long filled;
  private long taken;
  private int lent;
  private ByteBuffer overflow = NOTHING;

  RangeBuffer(byte[] array) {
    this.array = array;
  }

  byte[] array() {
    return array;
  }

  /** How many bytes have arrived, including those that wait for room. */
  long arrived() {
    return filled + overflow.remaining();
  }

  /** How many bytes are ready to be lent. */
  long ready() {
    return filled - taken;
  }

  /** How many bytes have been lent and taken back. */
  long taken() {
    return taken;
  }

  /** Whether all arrived bytes have found room. */
  boolean hasRoom() {
    return !overflow.hasRemaining();
  }

  /**
   * Puts the next bytes. If there is no room for all, the rest is kept in its own buffer.
   *
   * @throws IllegalStateException if earlier bytes still wait for room, which would be lost
   */
  void put(ByteBuffer bytes) {
    if (!hasRoom()) {
      throw new IllegalStateException("bytes arrived while the buffer was full");
    }
    overflow = bytes;
    fill();
  }

  private void fill() {
    while (overflow.hasRemaining() && filled - taken < array.length) {
      int start = (int) (filled % array.length);
      int room = (int) Math.min(array.length - (filled - taken), array.length - start);
      int length = Math.min(room, overflow.remaining());
      overflow.get(array, start, length);
      filled += length;
    }
  }

  /** Lends the next bytes, at most {@code most}. They don't change until they are taken back. */
  ByteBuffer lend(int most) {
    int start = (int) (taken % array.length);
    lent = (int) Math.min(Math.min(ready(), most), array.length - start);
    // Not a read-only view, because hashing and sending one would copy it piece by piece.
    return ByteBuffer.wrap(array, start, lent);
  }

  /** Takes the lent bytes back, and fills their room with waiting bytes. */
  void takeBack() {
    taken += lent;
    lent = 0;
    fill();
  }
}
