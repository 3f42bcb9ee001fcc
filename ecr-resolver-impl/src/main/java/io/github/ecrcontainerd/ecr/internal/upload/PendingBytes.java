package io.github.ecrcontainerd.ecr.internal.upload;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The written bytes of a layer that the registry doesn't have yet, in chunks of the budget. For one
 * thread at a time.
 */
final class PendingBytes implements AutoCloseable {
  private final UploadBudget.Room room;
  private final List<byte[]> chunks = new ArrayList<>();
  private int start;
  private int length;

  /** Starts without bytes. */
  PendingBytes(UploadBudget.Room room) {
    this.room = room;
  }

  /** How many bytes there are. */
  int length() {
    return length;
  }

  /**
   * Adds as many of the given bytes as there is room for.
   *
   * @param maxBytes how many bytes there may be afterwards
   */
  void append(ByteBuffer bytes, int maxBytes) {
    while (bytes.hasRemaining() && length < maxBytes) {
      int end = start + length;
      if (end == chunks.size() * UploadBudget.CHUNK_BYTES) {
        byte[] more = room.take();
        if (more == null) {
          return;
        }
        chunks.add(more);
      }
      int at = end % UploadBudget.CHUNK_BYTES;
      int count =
          Math.min(bytes.remaining(), Math.min(UploadBudget.CHUNK_BYTES - at, maxBytes - length));
      bytes.get(chunks.get(end / UploadBudget.CHUNK_BYTES), at, count);
      length += count;
    }
  }

  /** The first bytes, which don't change until they are dropped. */
  LayerPart first(int bytes) {
    int last = start + bytes - 1;
    return new LayerPart(
        List.copyOf(chunks.subList(0, last / UploadBudget.CHUNK_BYTES + 1)), start, bytes);
  }

  /** Drops the first bytes. */
  void drop(int bytes) {
    start += bytes;
    length -= bytes;
    while (start >= UploadBudget.CHUNK_BYTES || (length == 0 && !chunks.isEmpty())) {
      room.giveBack(chunks.removeFirst());
      start = Math.max(0, start - UploadBudget.CHUNK_BYTES);
    }
    if (length == 0) {
      start = 0;
    }
  }

  @Override
  public void close() {
    drop(length);
  }
}
