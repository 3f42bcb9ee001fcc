package io.github.ecrcontainerd.ecr.internal.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One range on its way into its buffer, and out of it. Bytes arrive on the HTTP client's threads,
 * {@link RangeAttempts} sends and watches the requests on a thread of its own, and the layer's
 * reader takes the bytes that have arrived.
 *
 * <p>A range that fits into its buffer is requested without flow control; only the start of the
 * next range is delayed. A range that uses a ring buffer is requested piece by piece, so its
 * connection waits for the reader.
 *
 * <p>Lock order: this lock before the scheduler's, see the package description.
 */
final class RangeDownload implements RangeRequest.Listener {

  /** What {@link #watch} waits for. */
  enum Event {
    ALL_ARRIVED,
    /** All requests have ended, and bytes are missing. */
    ALL_ENDED,
    /** The only request is late. */
    LATE
  }

  /** The owner of connections and buffers. It may be called with the range's lock held. */
  interface Listener {
    /**
     * So few bytes are missing that they will arrive before the next range's first byte. Called
     * once, at the latest when no more requests will be sent.
     */
    void nearEnd();

    /**
     * Acquires a connection for a hedge, if one is free. {@link #giveBackConnection} releases it.
     */
    boolean tryConnection();

    void giveBackConnection();
  }

  /**
   * How many bytes are lent at a time, and how many must arrive before the reader is woken.
   * containerd takes messages of 4 MiB best, and each of them wakes five threads.
   */
  private static final int MAX_LENT_BYTES = 1 << 20;

  /**
   * How long the reader waits for that many bytes. On a slow link, a killed process loses only the
   * bytes of that time.
   */
  private static final long MAX_HELD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ByteRange range;
  private final RangeBuffer buffer;
  private final boolean throughRing;
  private final int lentBytes;
  private final LayerSource source;
  private final LatencyStats stats;
  private final Listener listener;

  private final ReentrantLock lock = new ReentrantLock();

  /** Signalled when more bytes can be read, or no more will come. */
  private final Condition readable = lock.newCondition();

  /** Signalled when all bytes have arrived, a request has ended, or there is room for more. */
  private final Condition changed = lock.newCondition();

  private final RangeRequests requests;

  /** The reader waits until the lent bytes and the ready bytes together reach this number. */
  private long wakeAt = Long.MAX_VALUE;

  /** From this byte on, the rest arrives before the next range's first byte. */
  private long nearEnd;

  private boolean toldNearEnd;
  private boolean closed;

  /** The thread that sends and watches the requests. */
  private @Nullable Thread runner;

  private @Nullable Throwable lastCause;
  private @Nullable RuntimeException failure;

  /**
   * @param array the buffer's array: as long as the range, or a shorter ring
   * @param stats how long ranges usually take
   */
  RangeDownload(
      ByteRange range, byte[] array, LayerSource source, LatencyStats stats, Listener listener) {
    this.range = range;
    this.buffer = new RangeBuffer(array);
    this.throughRing = array.length < range.length();
    // Half of a ring, so that it can be filled while it is read.
    this.lentBytes =
        throughRing ? Math.min(MAX_LENT_BYTES, Math.max(1, array.length / 2)) : MAX_LENT_BYTES;
    this.source = source;
    this.stats = stats;
    this.listener = listener;
    this.requests = new RangeRequests(listener::giveBackConnection, stats);
  }

  /** The calling thread sends the requests. Returns false if the range has been closed. */
  boolean begin() {
    lock.lock();
    try {
      runner = Thread.currentThread();
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** No more requests will be sent. */
  void end() {
    lock.lock();
    try {
      runner = null;
      requests.dropAll();
      tellNearEnd();
    } finally {
      lock.unlock();
    }
  }

  /** No more bytes will come, for this reason. */
  void fail(RuntimeException cause) {
    lock.lock();
    try {
      failure = cause;
      readable.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Why the last request failed. */
  Throwable cause() {
    lock.lock();
    try {
      return lastCause == null ? new IOException("the request was cancelled") : lastCause;
    } finally {
      lock.unlock();
    }
  }

  /** Adds a request for the missing bytes, to be started; {@code null} if none are missing. */
  @Nullable RangeRequest request(LayerUrl url) {
    lock.lock();
    try {
      long from = buffer.arrived();
      if (closed || from == range.length()) {
        return null;
      }
      RangeRequest request = new RangeRequest(source.digest(), range, from, url, throughRing, this);
      requests.add(request);
      long lead = stats.bytesUntilFirstByte();
      nearEnd = range.length() - Math.min(lead, range.length() / 2);
      return request;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the buffer has room. Otherwise new bytes would replace bytes of an earlier request
   * that still wait for room.
   */
  void awaitRoom() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && !buffer.hasRoom()) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Cancels the late request. */
  void giveUpLateRequest() {
    lock.lock();
    try {
      requests.dropAll();
    } finally {
      lock.unlock();
    }
  }

  /** The connection for a hedge is given back when the hedge ends. */
  void handHedgeItsConnection() {
    lock.lock();
    try {
      requests.lastHoldsHedgeConnection();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next event, and cancels requests whose server is silent. */
  Event watch() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && buffer.arrived() < range.length()) {
        long now = System.nanoTime();
        for (RangeRequest silent : requests.silent(now)) {
          lastCause = source.blame(silent.url(), silent.silence());
          silent.failed(lastCause);
          requests.drop(silent);
        }
        if (requests.isEmpty()) {
          return Event.ALL_ENDED;
        }
        if (requests.takeLate(now)) {
          return Event.LATE;
        }
        var _ = changed.awaitNanos(requests.untilNextCheck(now));
      }
      return Event.ALL_ARRIVED;
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes have arrived. */
  long arrived() {
    lock.lock();
    try {
      return buffer.arrived();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean arrived(RangeRequest request, ByteBuffer bytes) {
    lock.lock();
    try {
      if (closed || !requests.contains(request)) {
        return false;
      }
      long fresh = request.advance(bytes.remaining()) - buffer.arrived();
      if (fresh > 0) {
        // The other request may have brought some of these bytes.
        bytes.position(bytes.limit() - (int) fresh);
        buffer.put(bytes);
        requests.lead(request);
        tellOfProgress(request);
      }
      return buffer.hasRoom();
    } finally {
      lock.unlock();
    }
  }

  private void tellOfProgress(RangeRequest request) {
    if (buffer.ready() + buffer.taken() >= wakeAt) {
      readable.signal();
    }
    if (buffer.arrived() >= nearEnd) {
      tellNearEnd();
    }
    if (buffer.arrived() == range.length()) {
      if (!throughRing) {
        request.addTo(stats);
      }
      changed.signal();
    }
  }

  private void tellNearEnd() {
    if (!toldNearEnd) {
      toldNearEnd = true;
      listener.nearEnd();
    }
  }

  @Override
  public void ended(RangeRequest request, @Nullable Throwable cause) {
    lock.lock();
    try {
      if (cause != null && requests.contains(request)) {
        lastCause = learned(request, cause);
        request.failed(lastCause);
        requests.drop(request);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reports a refused or redirected URL to the source. Returns the cause, or why its redirect is
   * invalid.
   */
  private Throwable learned(RangeRequest request, Throwable cause) {
    if (cause instanceof StatusException answer) {
      if (answer.refusesUrl()) {
        source.refused(request.url());
      }
      Optional<String> location = answer.redirect();
      if (location.isPresent()) {
        try {
          source.redirected(
              request.url(), request.url().redirectedTo(location.get(), Instant.now()));
          return answer;
        } catch (InvalidAnswerException wrong) {
          source.refused(request.url());
          return source.blame(request.url(), wrong);
        }
      }
    }
    return source.blame(request.url(), cause);
  }

  /**
   * Returns the next bytes, which don't change until the next call; {@code null} after the last.
   *
   * @throws RuntimeException if the download failed or the range was closed
   */
  @Nullable ByteBuffer read() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      boolean waited = !buffer.hasRoom();
      buffer.takeBack();
      if (waited && buffer.hasRoom()) {
        requests.more();
        changed.signal();
      }
      long rest = range.length() - buffer.taken();
      if (rest == 0) {
        return null;
      }
      long enough = Math.min(rest, lentBytes);
      wakeAt = buffer.taken() + enough;
      long held = MAX_HELD_NANOS;
      while (buffer.ready() < enough && failure == null && !closed) {
        if (held > 0) {
          held = readable.awaitNanos(held);
        } else if (buffer.ready() > 0) {
          break;
        } else {
          wakeAt = buffer.taken() + 1;
          readable.await();
        }
      }
      wakeAt = Long.MAX_VALUE;
      if (buffer.ready() == 0) {
        throw failure == null ? new CancellationException("closed") : failure;
      }
      return buffer.lend(lentBytes);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Discards bytes that arrive from now on. After this method returns, no thread writes to the
   * buffer. {@link RangeAttempts#run} ends, whatever it waits for, and so gives its connection
   * back.
   */
  void close() {
    lock.lock();
    try {
      closed = true;
      requests.dropAll();
      changed.signal();
      readable.signal();
      if (runner != null) {
        // It may wait for its host, for a URL, or between two tries.
        runner.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes are missing. */
  long missing() {
    return range.length() - arrived();
  }

  /** Whether its bytes pass through a ring, so that its connection waits for the reader. */
  boolean isThroughRing() {
    return throughRing;
  }

  /** The buffer's array. */
  byte[] array() {
    return buffer.array();
  }
}
