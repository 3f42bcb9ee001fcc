package io.github.ecrcontainerd.ecr.internal.download;

import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Starts the ranges of all layers of one resolver, as connections and memory allow. Ranges of the
 * layer that was opened first have priority. A range holds one connection while it is in progress,
 * and a buffer until it has been read. Full-size buffers are reused.
 *
 * <p>A range acquires its buffer and its connection together or not at all, so the two budgets
 * can't deadlock. Ranges that are read ahead never take the last buffer. It is reserved for a layer
 * that has none yet, however slowly the others are read.
 *
 * <p>Lock order: a range's lock before this one. No range is called with this lock held.
 */
final class RangeScheduler {
  private final int maxBufferBytes;
  private final LatencyStats stats = new LatencyStats();
  private final HedgeBudget hedges;
  private final HostLimits hosts = new HostLimits();
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<LayerWindow> windows = new LinkedHashSet<>();
  private final ArrayDeque<byte[]> idle = new ArrayDeque<>();
  private int freeConnections;
  private long freeBytes;

  /**
   * @param connections how many connections there may be at a time
   * @param budgetBytes the total size of all buffers, in bytes
   * @param maxBufferBytes the size of the largest buffer
   */
  RangeScheduler(int connections, int budgetBytes, int maxBufferBytes) {
    this.freeConnections = connections;
    this.freeBytes = budgetBytes;
    this.maxBufferBytes = Math.min(maxBufferBytes, budgetBytes);
    this.hedges = new HedgeBudget(this.maxBufferBytes);
  }

  /** The size of the largest buffer, in bytes. */
  int maxBufferBytes() {
    return maxBufferBytes;
  }

  /** Opens a layer. Its ranges are started from now on. */
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

  /** The layer's first range, as soon as it has been started; {@code null} after the last. */
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

  /** Ends a layer, complete or not. */
  void close(LayerWindow window) {
    List<RangeDownload> left;
    lock.lock();
    try {
      windows.remove(window);
      left = window.removeAll();
    } finally {
      lock.unlock();
    }
    // After this lock is released, because a range takes it while it holds its own.
    left.forEach(RangeDownload::close);
    lock.lock();
    try {
      left.forEach(range -> giveBack(range.array()));
      dispatch();
    } finally {
      lock.unlock();
    }
  }

  private boolean tryConnection() {
    lock.lock();
    try {
      if (freeConnections == 0) {
        return false;
      }
      freeConnections--;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void giveBackConnection() {
    lock.lock();
    try {
      freeConnections++;
      dispatch();
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(byte[] array) {
    freeBytes += array.length;
    if (array.length == maxBufferBytes) {
      idle.push(array);
    }
  }

  /** Starts all ranges that connections and memory allow. */
  private void dispatch() {
    for (LayerWindow window : windows) {
      while (freeConnections > 0 && window.wantsMore()) {
        int size = sizeFor(window.next().length());
        if (freeBytes < size) {
          // Later layers may need less memory, but if they took it, this layer would never start.
          return;
        }
        if (!window.isEmpty() && freeBytes - size < maxBufferBytes) {
          break;
        }
        if (!start(window, size)) {
          return;
        }
      }
    }
  }

  /**
   * Returns an idle buffer, or a new one. Idle buffers are dropped for it if the total would exceed
   * the budget.
   */
  private byte[] array(int size) {
    if (size == maxBufferBytes && !idle.isEmpty()) {
      return idle.pop();
    }
    while (!idle.isEmpty() && freeBytes < (long) idle.size() * maxBufferBytes) {
      idle.pop();
    }
    return new byte[size];
  }

  /** Large buffers are rounded up to the size that is reused. */
  private int sizeFor(long length) {
    return length > maxBufferBytes / 4 ? maxBufferBytes : (int) length;
  }

  /**
   * Starts the next range of a layer, if the heap has room for it. If not, the range waits for a
   * buffer that another range gives back. If no range has one, the layer fails.
   */
  private boolean start(LayerWindow window, int size) {
    byte[] array;
    try {
      array = array(size);
    } catch (OutOfMemoryError e) {
      if (windows.stream().allMatch(LayerWindow::isEmpty)) {
        window.fail(e);
      }
      return false;
    }
    freeConnections--;
    freeBytes -= size;
    LayerSource source = window.source();
    RangeOf listener = new RangeOf(window);
    RangeDownload range = new RangeDownload(window.next(), array, source, stats, listener);
    RangeAttempts attempts =
        new RangeAttempts(range, source, hedges, hosts.of(source.reference()), listener);
    window.add(range);
    Thread.ofVirtual()
        .name("range")
        .start(
            () -> {
              try {
                attempts.run();
              } finally {
                giveBackConnection();
              }
            });
    return true;
  }

  /** The listener of a layer's ranges. */
  private final class RangeOf implements RangeDownload.Listener {
    private final LayerWindow window;

    private RangeOf(LayerWindow window) {
      this.window = window;
    }

    @Override
    public void nearEnd() {
      lock.lock();
      try {
        window.nearEnd();
        dispatch();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public boolean tryConnection() {
      return RangeScheduler.this.tryConnection();
    }

    @Override
    public void giveBackConnection() {
      RangeScheduler.this.giveBackConnection();
    }
  }
}
