package io.github.ecrcontainerd.ecr.internal.download;

import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Starts the ranges of all layers of one resolver, as connections and memory allow: those of the
 * layer that was opened first come first. A range needs one connection as long as it is on its way,
 * and a buffer until it has been read; full-size buffers are used again.
 *
 * <p>Nobody waits for memory while he holds a connection, nor for a connection while he holds
 * memory. Ranges that are read ahead never take the last buffer: so there is one for a layer that
 * has none yet, however slowly the others are read.
 */
final class RangeScheduler {
  private final int largest;
  private final RangeTimes times = new RangeTimes();
  private final SecondRequests secondRequests;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<LayerWindow> windows = new LinkedHashSet<>();
  private final ArrayDeque<byte[]> idle = new ArrayDeque<>();
  private int connections;
  private long bytes;

  /**
   * @param connections how many there may be at a time
   * @param budgetBytes how many bytes the buffers may have together
   * @param largest the size of the largest buffer, in bytes
   */
  RangeScheduler(int connections, int budgetBytes, int largest) {
    this.connections = connections;
    this.bytes = budgetBytes;
    this.largest = Math.min(largest, budgetBytes);
    this.secondRequests = new SecondRequests(this.largest);
  }

  /** The size of the largest buffer, in bytes. */
  int largest() {
    return largest;
  }

  /** How long ranges usually take. */
  RangeTimes times() {
    return times;
  }

  /** How many ranges may be asked for a second time. */
  SecondRequests secondRequests() {
    return secondRequests;
  }

  /** Opens a layer: its ranges are started from now on. */
  LayerWindow open(LayerSource source, RangePlan plan) {
    lock.lock();
    try {
      LayerWindow window = new LayerWindow(source, plan, lock.newCondition());
      windows.add(window);
      dispatch();
      return window;
    } finally {
      lock.unlock();
    }
  }

  /** The layer's first range, as soon as it has been started; {@code null} behind the last. */
  @Nullable RangeDownload head(LayerWindow window) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      return window.awaitHead();
    } finally {
      lock.unlock();
    }
  }

  /** The layer's first range has been read. */
  void dropHead(LayerWindow window) {
    lock.lock();
    try {
      giveBack(window.removeHead().array());
      dispatch();
    } finally {
      lock.unlock();
    }
  }

  /** Ends a layer, wherever it is. */
  void close(LayerWindow window) {
    List<RangeDownload> left;
    lock.lock();
    try {
      windows.remove(window);
      left = window.removeAll();
    } finally {
      lock.unlock();
    }
    // Not under the lock: a range takes it under its own.
    left.forEach(RangeDownload::close);
    lock.lock();
    try {
      left.forEach(range -> giveBack(range.array()));
      dispatch();
    } finally {
      lock.unlock();
    }
  }

  /** Takes a connection more, if one is free: {@link #giveBackConnection} ends its use. */
  boolean tryConnection() {
    lock.lock();
    try {
      if (connections == 0) {
        return false;
      }
      connections--;
      return true;
    } finally {
      lock.unlock();
    }
  }

  void giveBackConnection() {
    lock.lock();
    try {
      connections++;
      dispatch();
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(byte[] array) {
    bytes += array.length;
    if (array.length == largest) {
      idle.push(array);
    }
  }

  /** Starts what can be started. */
  private void dispatch() {
    for (LayerWindow window : windows) {
      while (connections > 0 && window.wantsMore()) {
        int size = sizeFor(window.nextLength());
        if (bytes < size) {
          // Those behind it may need less, but then it would never get its turn.
          return;
        }
        if (!window.isEmpty() && bytes - size < largest) {
          break;
        }
        start(window, size);
      }
    }
  }

  /**
   * An idle one, or a new one in place of those that are idle: together they stay in the budget.
   */
  private byte[] array(int size) {
    if (size == largest && !idle.isEmpty()) {
      return idle.pop();
    }
    while (!idle.isEmpty() && bytes < (long) idle.size() * largest) {
      idle.pop();
    }
    return new byte[size];
  }

  /** Large ones are rounded up to the size that is used again. */
  private int sizeFor(long length) {
    return length > largest / 4 ? largest : (int) length;
  }

  private void start(LayerWindow window, int size) {
    connections--;
    bytes -= size;
    RangeDownload range = window.add(array(size), this);
    Thread.ofVirtual()
        .name("range")
        .start(
            () -> {
              try {
                range.run();
              } finally {
                giveBackConnection();
              }
            });
  }

  /** A range of a layer has arrived, or so nearly that the next one may be asked for. */
  void nearEnd(LayerWindow window) {
    lock.lock();
    try {
      window.nearEnd();
      dispatch();
    } finally {
      lock.unlock();
    }
  }
}
