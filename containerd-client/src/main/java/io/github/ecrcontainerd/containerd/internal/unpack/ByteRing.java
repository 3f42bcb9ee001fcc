package io.github.ecrcontainerd.containerd.internal.unpack;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bounded buffer that one thread writes and another one reads as a stream. The writer waits while
 * the buffer is full, unless the reader has closed it.
 */
final class ByteRing extends InputStream {
  private static final int SIZE = 512 << 10;

  private enum State {
    OPEN,
    /** All bytes were written. */
    WHOLE,
    /** The stream was cut off before its end. */
    CUT_OFF
  }

  private final byte[] ring = new byte[SIZE];
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long brought;
  private long read;
  private State state = State.OPEN;
  private boolean closed;

  /** Writes a copy of all bytes of a buffer. */
  void put(ByteBuffer bytes) throws InterruptedException {
    while (bytes.hasRemaining()) {
      int free = awaitFree();
      if (free == 0) {
        return;
      }
      int at = (int) (brought % SIZE);
      int count = Math.min(Math.min(free, SIZE - at), bytes.remaining());
      bytes.get(ring, at, count);
      add(count);
    }
  }

  /** Writes all bytes of a stream, until its end or until the reader closes this. */
  void putAll(InputStream stream) throws IOException, InterruptedException {
    while (true) {
      int free = awaitFree();
      int at = (int) (brought % SIZE);
      int count = stream.read(ring, at, Math.min(free, SIZE - at));
      if (free == 0 || count < 0) {
        return;
      }
      add(count);
    }
  }

  /** Waits for free space and returns its size; 0 if the reader has closed this. */
  private int awaitFree() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (brought - read == SIZE && !closed) {
        changed.await();
      }
      return closed ? 0 : (int) (read + SIZE - brought);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The reader owns the bytes between {@code read} and {@code brought}; the writer owns the rest.
   */
  private void add(int count) {
    lock.lock();
    try {
      brought += count;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** All bytes were written. */
  void end() {
    state(State.WHOLE);
  }

  /** Cuts the stream off: a further read fails. */
  void cutOff() {
    state(State.CUT_OFF);
  }

  private void state(State next) {
    lock.lock();
    try {
      if (state == State.OPEN) {
        state = next;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int there = awaitBytes();
    if (there == 0) {
      return -1;
    }
    int at = (int) (read % SIZE);
    int count = Math.min(Math.min(there, SIZE - at), length);
    System.arraycopy(ring, at, target, offset, count);
    lock.lock();
    try {
      read += count;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return count;
  }

  /** Waits for bytes and returns their number; 0 at the end. */
  private int awaitBytes() throws IOException {
    lock.lock();
    try {
      while (brought == read && state == State.OPEN) {
        changed.await();
      }
      if (state == State.CUT_OFF) {
        throw new EOFException("the layer did not arrive completely");
      }
      return (int) (brought - read);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException();
      interrupted.initCause(e);
      throw interrupted;
    } finally {
      lock.unlock();
    }
  }

  /** Ends reading. The writer no longer waits. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
