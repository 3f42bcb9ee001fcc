package io.github.ecrcontainerd.containerd.internal.rpc;

import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many bytes may be on their way into the streams of a connection and unanswered, together:
 * gRPC keeps in memory what the daemon doesn't take yet. The stream that was opened first goes
 * first, so the earliest layer of an image can be unpacked while the later ones still arrive.
 */
public final class SendWindow {
  private final ReentrantLock lock = new ReentrantLock();
  private final SortedMap<Integer, Condition> waiting = new TreeMap<>();
  private int left;
  private int streams;
  private long lastRelease = System.nanoTime();

  /**
   * @param bytes more than any message has
   */
  public SendWindow(int bytes) {
    this.left = bytes;
  }

  /** The place of a stream that is opened now, behind all that were opened before. */
  public int newPlace() {
    lock.lock();
    try {
      return streams++;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until a message may be sent; {@link #release} ends that, once it is answered.
   *
   * @param place of the message's stream, which waits for one message at a time
   * @param patience with a daemon that answers nobody; as long as others are answered, this waits
   * @return whether it may; {@code false} after that time
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

  /** A message was answered, or never will be. */
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
