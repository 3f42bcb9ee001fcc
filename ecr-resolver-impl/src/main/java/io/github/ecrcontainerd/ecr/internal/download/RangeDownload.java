package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Downloads one range into its buffer, by as many requests as needed. Each request resumes at the
 * byte that the previous one reached. Bytes arrive on the HTTP client's threads, {@link #run}
 * watches the requests, and the layer's reader takes the bytes that have arrived.
 *
 * <p>A range that fits into its buffer is requested without flow control; only the start of the
 * next range is delayed. A range that uses a ring buffer is requested piece by piece, so its
 * connection waits for the reader.
 *
 * <p>Lock order: this lock before the scheduler's, see the package description.
 */
final class RangeDownload implements RangeRequest.Listener {

  /** The owner of connections and buffers. It may be called with the range's lock held. */
  interface Listener {
    /**
     * So few bytes are missing that they will arrive before the next range's first byte. Called
     * once, at the latest at the end of {@link #run}.
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
  private final HedgeBudget hedges;
  private final HostLimit host;
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

  /** The thread that is in {@link #run}. Guarded by the lock. */
  private @Nullable Thread runner;

  private @Nullable Throwable lastCause;
  private @Nullable RuntimeException failure;

  /**
   * @param array the buffer's array: as long as the range, or a shorter ring
   * @param stats how long ranges usually take
   * @param hedges how many ranges may be hedged
   * @param hosts how many requests each host may have at a time
   */
  RangeDownload(
      ByteRange range,
      byte[] array,
      LayerSource source,
      LatencyStats stats,
      HedgeBudget hedges,
      HostLimits hosts,
      Listener listener) {
    this.range = range;
    this.buffer = new RangeBuffer(array);
    this.throughRing = array.length < range.length();
    // Half of a ring, so that it can be filled while it is read.
    this.lentBytes =
        throughRing ? Math.min(MAX_LENT_BYTES, Math.max(1, array.length / 2)) : MAX_LENT_BYTES;
    this.source = source;
    this.stats = stats;
    this.hedges = hedges;
    this.host = hosts.of(source.reference());
    this.listener = listener;
    this.requests = new RangeRequests(listener::giveBackConnection, stats);
  }

  /** Downloads the range, or records why it can't. Ends early when the range is closed. */
  void run() {
    try {
      if (!begin()) {
        return;
      }
      Retries retries = new Retries();
      while (true) {
        Throwable cause = attempt();
        if (cause == null) {
          return;
        }
        if (isRedirect(cause) || cause instanceof MirrorException) {
          continue;
        }
        Optional<Duration> pause = retries.pause(arrived(), cause);
        if (pause.isEmpty()) {
          fail(source.explain(cause, retries.failures()));
          return;
        }
        source.retrying(cause, pause.get());
        Thread.sleep(pause.get());
      }
    } catch (InterruptedException e) {
      fail(new CancellationException("the download of a layer was interrupted"));
    } catch (RuntimeException e) {
      fail(e);
    } finally {
      end();
    }
  }

  /** Returns false if the range was closed before it began. */
  private boolean begin() {
    lock.lock();
    try {
      runner = Thread.currentThread();
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private static boolean isRedirect(Throwable cause) {
    return cause instanceof StatusException answer && answer.redirect().isPresent();
  }

  private void end() {
    lock.lock();
    try {
      runner = null;
      requests.dropAll();
      tellNearEnd();
    } finally {
      lock.unlock();
    }
  }

  private void fail(RuntimeException cause) {
    lock.lock();
    try {
      failure = cause;
      readable.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Resumes after the bytes that have arrived. Returns why the attempt failed, or {@code null} if
   * the range is complete.
   */
  private @Nullable Throwable attempt() throws InterruptedException {
    awaitRoom();
    Optional<LayerUrl> near = source.urlOfMirror();
    if (near.isPresent()) {
      // A mirror is another host than the one that asked to go slower.
      return attempt(near.get());
    }
    if (throughRing) {
      // Its connection waits for the reader, which may wait for another layer: no limit for it.
      return attemptFromEcr();
    }
    long begun = host.begin();
    Throwable cause = null;
    boolean ended = false;
    try {
      cause = attemptFromEcr();
      ended = true;
      if (cause instanceof StatusException answer && answer.asksToGoSlower()) {
        host.slowDown(begun);
      }
      return cause;
    } finally {
      host.end(ended && cause == null);
    }
  }

  private @Nullable Throwable attemptFromEcr() throws InterruptedException {
    try {
      return attempt(source.urlOfEcr());
    } catch (ResolverException e) {
      return e;
    }
  }

  private @Nullable Throwable attempt(LayerUrl url) throws InterruptedException {
    request(url);
    while (true) {
      switch (watch()) {
        case ALL_ARRIVED -> {
          return null;
        }
        case ALL_ENDED -> {
          return cause();
        }
        case LATE -> hedge();
      }
    }
  }

  private Throwable cause() {
    lock.lock();
    try {
      return lastCause == null ? new IOException("the request was cancelled") : lastCause;
    } finally {
      lock.unlock();
    }
  }

  /** Sends a request for the missing bytes. */
  private void request(LayerUrl url) throws InterruptedException {
    RangeRequest request;
    lock.lock();
    try {
      long from = buffer.arrived();
      if (closed || from == range.length()) {
        return;
      }
      request = new RangeRequest(source.digest(), range, from, url, throughRing, this);
      requests.add(request);
      long lead = stats.bytesUntilFirstByte();
      nearEnd = range.length() - Math.min(lead, range.length() / 2);
    } finally {
      lock.unlock();
    }
    hedges.requested(request.length());
    request.start(source.http());
  }

  /**
   * Waits until the buffer has room. Otherwise new bytes would replace bytes of an earlier request
   * that still wait for room.
   */
  private void awaitRoom() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && !buffer.hasRoom()) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends a hedge on its own connection. If no connection is free, the hedge replaces the late
   * request.
   */
  private void hedge() throws InterruptedException {
    if (host.isReduced() || !hedges.tryHedge(range.length() - arrived())) {
      return;
    }
    source.hedged();
    boolean connected = listener.tryConnection();
    if (!connected) {
      giveUpLateRequest();
    }
    try {
      awaitRoom();
      // Also where a mirror is late: another request to it would be late, too.
      request(source.urlOfEcr());
    } catch (ResolverException e) {
      // The late request continues without a hedge.
    } finally {
      if (connected) {
        handHedgeItsConnection();
      }
    }
  }

  private void giveUpLateRequest() {
    lock.lock();
    try {
      requests.dropAll();
    } finally {
      lock.unlock();
    }
  }

  private void handHedgeItsConnection() {
    lock.lock();
    try {
      requests.lastHoldsHedgeConnection();
    } finally {
      lock.unlock();
    }
  }

  private enum Event {
    ALL_ARRIVED,
    ALL_ENDED,
    LATE
  }

  /** Waits for the next event, and cancels requests whose server is silent. */
  private Event watch() throws InterruptedException {
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

  private long arrived() {
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
   * buffer. {@link #run} ends, whatever it waits for, and so gives its connection back.
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

  /** The buffer's array. */
  byte[] array() {
    return buffer.array();
  }
}
