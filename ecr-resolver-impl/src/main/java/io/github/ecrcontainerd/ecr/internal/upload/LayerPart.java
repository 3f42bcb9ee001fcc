package io.github.ecrcontainerd.ecr.internal.upload;

import java.util.List;

/** The bytes of one part of a layer, in several chunks, and the time of the last read. */
final class LayerPart {
  private final List<byte[]> chunks;
  private final int start;
  private final int length;
  private volatile long lastRead = System.nanoTime();

  /**
   * @param start the offset of the part in the first chunk
   */
  LayerPart(List<byte[]> chunks, int start, int length) {
    this.chunks = chunks;
    this.start = start;
    this.length = length;
  }

  int length() {
    return length;
  }

  /** Copies bytes of the part, starting at an offset. */
  void read(int from, byte[] into, int count) {
    lastRead = System.nanoTime();
    int done = 0;
    while (done < count) {
      int at = start + from + done;
      byte[] chunk = chunks.get(at / UploadBudget.CHUNK_BYTES);
      int offset = at % UploadBudget.CHUNK_BYTES;
      int length = Math.min(count - done, chunk.length - offset);
      System.arraycopy(chunk, offset, into, done, length);
      done += length;
    }
  }

  /** When bytes were last read, or the part was created, as a value of {@link System#nanoTime}. */
  long lastRead() {
    return lastRead;
  }
}
