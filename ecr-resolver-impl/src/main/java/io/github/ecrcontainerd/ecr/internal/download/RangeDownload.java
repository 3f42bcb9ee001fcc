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
 * One range on its way into its buffer, by as many requests as it takes: each resumes at the byte
 * that the one before it reached. Bytes arrive on the HTTP client's threads; {@link #run} watches
 * the requests; the layer's reader takes the bytes as far as they have come.
 *
 * <p>A range that fits into its buffer is asked for at once: the pace is made by not starting the
 * next one. One that passes through a ring is asked for bit by bit, so its connection waits for the
 * reader.
 *
 * <p>Its lock comes before the scheduler's: see the package's description.
 */
final class RangeDownload implements RangeRequest.Listener {

  /** What a range tells the owner of connections and buffers. May be called under its lock. */
  interface Listener {
    /**
     * So little is missing that the next range's first byte would come after it. Told once, at the
     * end of {@link #run} at the latest.
     */
    void nearEnd();

    /** Takes a connection for a hedge, if one is free: {@link #giveBackConnection} ends its use. */
    boolean tryConnection();

    void giveBackConnection();
  }

  /**
   * How many bytes are lent at a time, and are worth waking the reader for: containerd takes
   * messages of 4 MiB best, and each of them wakes five threads.
   */
  private static final int MAX_LENT_BYTES = 1 << 20;

  /**
   * For how long the reader waits for more of them than there are: over a slow link a process that
   * is killed loses no more than came in that time.
   */
  private static final long MAX_HELD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ByteRange range;
  private final RangeBuffer buffer;
  private final boolean throughRing;
  private final int lentBytes;
  private final LayerSource source;
  private final LatencyStats stats;
  private final HedgeBudget hedges;
  private final Listener listener;

  private final ReentrantLock lock = new ReentrantLock();

  /** More can be read, or never will. */
  private final Condition readable = lock.newCondition();

  /** All has arrived, a request has ended, or there is room for more. */
  private final Condition changed = lock.newCondition();

  private final RangeRequests requests;

  /** The reader waits until so many bytes of the range can be lent or were. */
  private long wakeAt = Long.MAX_VALUE;

  /** From this byte on, the rest is there before the next range's first byte. */
  private long nearEnd;

  private boolean toldNearEnd;
  private boolean closed;
  private @Nullable Throwable lastCause;
  private @Nullable RuntimeException failure;

  /**
   * @param array what the bytes arrive in: as long as the range, or a shorter ring
   * @param stats how long ranges usually take
   * @param hedges how many of them may be hedged
   */
  RangeDownload(
      ByteRange range,
      byte[] array,
      LayerSource source,
      LatencyStats stats,
      HedgeBudget hedges,
      Listener listener) {
    this.range = range;
    this.buffer = new RangeBuffer(array);
    this.throughRing = array.length < range.length();
    // A ring is filled on one side while it is read on the other.
    this.lentBytes =
        throughRing ? Math.min(MAX_LENT_BYTES, Math.max(1, array.length / 2)) : MAX_LENT_BYTES;
    this.source = source;
    this.stats = stats;
    this.hedges = hedges;
    this.listener = listener;
    this.requests = new RangeRequests(listener::giveBackConnection, stats);
  }

  /** Brings the range, or the reason why it can't be had. Ends early when it is closed. */
  void run() {
    try {
      Retries retries = new Retries();
      while (true) {
        Throwable cause = attempt();
        if (cause == null) {
          return;
        }
        if (isRedirect(cause)) {
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

  private static boolean isRedirect(Throwable cause) {
    return cause instanceof StatusException answer && answer.redirect().isPresent();
  }

  private void end() {
    lock.lock();
    try {
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

  /** Resumes at what has arrived: why that ended, or {@code null} where nothing is left. */
  private @Nullable Throwable attempt() throws InterruptedException {
    try {
      request();
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
    } catch (ResolverException e) {
      return e;
    }
  }

  private Throwable cause() {
    lock.lock();
    try {
      return lastCause == null ? new IOException("the request was given up") : lastCause;
    } finally {
      lock.unlock();
    }
  }

  /** Sends a request for what is missing. */
  private void request() throws InterruptedException {
    awaitRoom();
    LayerUrl url = source.url();
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

  /** What comes while bytes of an earlier request still wait for room would take their place. */
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

  /** Sends a hedge, on a connection of its own; without a free one, instead of the late request. */
  private void hedge() throws InterruptedException {
    if (!hedges.tryHedge(range.length() - arrived())) {
      return;
    }
    source.hedged();
    boolean connected = listener.tryConnection();
    if (!connected) {
      giveUpLateRequest();
    }
    try {
      request();
    } catch (ResolverException e) {
      // The late request goes on without it.
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

  /** Waits for what has to be acted on, and gives up requests whose server is silent. */
  private Event watch() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && buffer.arrived() < range.length()) {
        long now = System.nanoTime();
        for (RangeRequest silent : requests.silent(now)) {
          lastCause = silent.silence();
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
        // The other request may have brought some of them.
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
        lastCause = cause instanceof StatusException answer ? learned(request, answer) : cause;
        request.failed(lastCause);
        requests.drop(request);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Tells the source what the answer says of the URL: the answer, or what is wrong with it. */
  private Throwable learned(RangeRequest request, StatusException answer) {
    if (answer.refusesUrl()) {
      source.refused(request.url());
    }
    Optional<String> location = answer.redirect();
    if (location.isPresent()) {
      try {
        source.redirected(request.url(), request.url().redirectedTo(location.get(), Instant.now()));
      } catch (InvalidAnswerException wrong) {
        source.refused(request.url());
        return wrong;
      }
    }
    return answer;
  }

  /**
   * The next bytes, which stay as they are until the next call; {@code null} after the last.
   *
   * @throws RuntimeException why they can't be had
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

  /** Drops what comes from now on: when this returns, no thread writes to the buffer. */
  void close() {
    lock.lock();
    try {
      closed = true;
      requests.dropAll();
      changed.signal();
      readable.signal();
    } finally {
      lock.unlock();
    }
  }

  /** What the bytes arrive in. */
  byte[] array() {
    return buffer.array();
  }
}
