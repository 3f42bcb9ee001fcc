package io.github.ecrcontainerd.ecr.internal.download;

import java.nio.ByteBuffer;

/**
 * The bytes of one range between the HTTP client and the reader. The array holds all of the range,
 * or is a ring that it passes through. Guarded by its owner's lock.
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

  /** How many bytes have come, those that wait for room among them. */
  long arrived() {
    return filled + overflow.remaining();
  }

  /** How many bytes may be lent. */
  long ready() {
    return filled - taken;
  }

  /** How many bytes were lent and taken back. */
  long taken() {
    return taken;
  }

  /** Whether all that has come has found room. */
  boolean hasRoom() {
    return !overflow.hasRemaining();
  }

  /**
   * Takes the next bytes; where there is no room for all, what is over is kept as it is.
   *
   * @throws IllegalStateException if there is no room at all: some would be lost
   */
  void put(ByteBuffer bytes) {
    if (!hasRoom()) {
      throw new IllegalStateException("bytes came for which there is no room");
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

  /** The next bytes, at most so many, which stay as they are until they are taken back. */
  ByteBuffer lend(int most) {
    int start = (int) (taken % array.length);
    lent = (int) Math.min(Math.min(ready(), most), array.length - start);
    // Not a read-only view: hashing and sending that one would copy it piece by piece.
    return ByteBuffer.wrap(array, start, lent);
  }

  /** Ends the loan, and fills its room with what waits. */
  void takeBack() {
    taken += lent;
    lent = 0;
    fill();
  }
}
