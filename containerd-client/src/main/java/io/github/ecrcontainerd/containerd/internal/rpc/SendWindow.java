package io.github.ecrcontainerd.containerd.internal.rpc;

import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Limits the unanswered bytes of all streams of a connection together, because gRPC buffers
 * messages in memory until the daemon accepts them. The stream that was opened first has priority,
 * so that an image's earliest layer can be unpacked while later ones still arrive.
 */
public final class SendWindow {
  private final ReentrantLock lock = new ReentrantLock();
  private final SortedMap<Integer, Condition> waiting = new TreeMap<>();
  private int left;
  private int streams;
  private long lastRelease = System.nanoTime();

  /**
   * @param bytes the limit, larger than any message
   */
  public SendWindow(int bytes) {
    this.left = bytes;
  }

  /** Returns the place of a new stream, after all streams that were opened before. */
  public int newPlace() {
    lock.lock();
    try {
      return streams++;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until a message may be sent. The caller must {@link #release} its bytes once it is
   * answered.
   *
   * @param place the place of the message's stream, which waits for one message at a time
   * @param patience how long to wait if the daemon answers no stream; each answer to any stream
   *     restarts this time
   * @return whether the message may be sent; {@code false} after that time
   */
  public boolean acquire(int place, int bytes, Duration patience) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (waiting.isEmpty() && bytes <= left) {
        left -= bytes;
        return true;
      }
      return awaitTurn(place, bytes, patience.toNanos());
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitTurn(int place, int bytes, long patience) throws InterruptedException {
    long since = System.nanoTime();
    Condition turn = lock.newCondition();
    waiting.put(place, turn);
    try {
      while (waiting.firstKey() != place || bytes > left) {
        long now = System.nanoTime();
        long rest = patience - (now - Math.max(since, lastRelease));
        if (rest <= 0) {
          return false;
        }
        var _ = turn.awaitNanos(rest);
      }
      left -= bytes;
      return true;
    } finally {
      waiting.remove(place);
      signalFirst();
    }
  }

  /** Releases the bytes of a message that was answered, or never will be. */
  public void release(int bytes) {
    lock.lock();
    try {
      left += bytes;
      lastRelease = System.nanoTime();
      signalFirst();
    } finally {
      lock.unlock();
    }
  }

  private void signalFirst() {
    if (!waiting.isEmpty()) {
      waiting.firstEntry().getValue().signal();
    }
  }
}
