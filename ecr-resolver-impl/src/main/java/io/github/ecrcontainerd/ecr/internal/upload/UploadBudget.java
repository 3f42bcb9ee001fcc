package io.github.ecrcontainerd.ecr.internal.upload;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * What all uploads of one resolver may hold in memory: parts that are being filled or travel, and
 * one at a time in the SDK's hands, which makes three more copies of a part while it writes it as
 * Base64 into JSON.
 *
 * <p>An upload waits for room for one part before it begins, when it holds nothing that another may
 * want, and keeps it to its end; for a second one it never waits. So no two can wait for each
 * other, also where their sources share buffers.
 */
public final class UploadBudget {
  /** Three parts of the 10 MiB that ECR asks for: more than a link needs to be busy. */
  private static final int PART_BYTES = 30 << 20;

  private final Semaphore free = new Semaphore(PART_BYTES, true);
  private final Semaphore encoding = new Semaphore(1);

  /** Waits for room for a part. */
  void take(int bytes) throws InterruptedException {
    free.acquire(bytes);
  }

  /** Takes room for another part if there is some. */
  boolean tryTake(int bytes) {
    return free.tryAcquire(bytes);
  }

  void giveBack(int bytes) {
    free.release(bytes);
  }

  /** Waits until no other part is being encoded, and encodes one. */
  <T> T encode(Supplier<T> encoder) throws InterruptedException {
    encoding.acquire();
    try {
      return encoder.get();
    } finally {
      encoding.release();
    }
  }
}
