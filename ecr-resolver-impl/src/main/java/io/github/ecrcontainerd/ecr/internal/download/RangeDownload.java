package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One range on its way into its buffer, by as many requests as it takes: each goes on behind the
 * byte that the one before it reached. Bytes arrive on the HTTP client's threads; {@link #run}
 * watches over them; the layer's reader takes them as far as they have come.
 *
 * <p>A range that fits into its buffer is asked for at once: pace is made by not starting the next
 * one. One that passes through a ring is asked for bit by bit, so its connection waits for the
 * reader.
 */
final class RangeDownload {
  /**
   * How many bytes are lent at a time, and worth waking the reader for: containerd takes messages
   * of 4 MiB best, and each of them wakes five threads.
   */
  private static final int PIECE = 1 << 20;

  private final ByteRange range;
  private final RangeBuffer buffer;
  private final boolean throughRing;
  private final int piece;
  private final LayerSource source;
  private final LayerWindow window;
  private final RangeScheduler scheduler;

  private final ReentrantLock lock = new ReentrantLock();

  /** More can be read, or never will. */
  private final Condition readable = lock.newCondition();

  /** All has arrived, or a request has ended, or there is another one to watch. */
  private final Condition changed = lock.newCondition();

  /** The request, and behind it the second one of a late range. */
  private final List<Request> requests = new ArrayList<>(2);

  private long wakeAt = Long.MAX_VALUE;
  private boolean madeRoom;
  private boolean closed;
  private @Nullable Throwable lastCause;
  private @Nullable RuntimeException failure;

  /**
   * @param array what the bytes arrive in: as long as the range, or a shorter ring
   */
  RangeDownload(
      ByteRange range,
      byte[] array,
      LayerSource source,
      LayerWindow window,
      RangeScheduler scheduler) {
    this.range = range;
    this.buffer = new RangeBuffer(array);
    this.throughRing = array.length < range.length();
    // A ring is filled on one side while it is read on the other.
    this.piece = throughRing ? Math.min(PIECE, Math.max(1, array.length / 2)) : PIECE;
    this.source = source;
    this.window = window;
    this.scheduler = scheduler;
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
        Optional<Duration> pause = retries.pause(arrived(), cause);
        if (pause.isEmpty()) {
          fail(source.explain(cause, retries.failures()));
          return;
        }
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

  private void end() {
    lock.lock();
    try {
      dropAll();
      makeRoom();
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

  /** Goes on behind what has arrived: why that ended, or {@code null} where nothing is left. */
  private @Nullable Throwable attempt() throws InterruptedException {
    try {
      ask();
      while (true) {
        switch (watch()) {
          case ALL_ARRIVED -> {
            return null;
          }
          case ALL_ENDED -> {
            return cause();
          }
          case LATE -> askAgain();
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
  private void ask() throws InterruptedException {
    awaitRoom();
    LayerUrl url = source.url();
    Request request;
    lock.lock();
    try {
      long from = buffer.arrived();
      if (closed || from == range.length()) {
        return;
      }
      request = new Request(from, url);
      requests.add(request);
    } finally {
      lock.unlock();
    }
    scheduler.secondRequests().asked(range.length() - request.from);
    try {
      request.get.start(source.http(), url);
    } catch (RuntimeException e) {
      // Its message may hold the URL: it is told without.
      request.ended(e);
    }
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

  /**
   * Sends a second request, on a connection of its own; without a free one, instead of the first.
   */
  private void askAgain() throws InterruptedException {
    if (!scheduler.secondRequests().allow(range.length() - arrived())) {
      return;
    }
    boolean connected = scheduler.tryConnection();
    lock.lock();
    try {
      if (!connected) {
        dropAll();
      }
    } finally {
      lock.unlock();
    }
    try {
      ask();
    } catch (ResolverException e) {
      // The first request goes on without it.
    } finally {
      if (connected) {
        keepConnectionForSecond();
      }
    }
  }

  /** The second request gives its connection back; where there is none any more, that is now. */
  private void keepConnectionForSecond() {
    lock.lock();
    try {
      if (requests.size() == 2) {
        requests.getLast().connectionToGiveBack = true;
      } else {
        scheduler.giveBackConnection();
      }
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
        long next = Long.MAX_VALUE;
        for (Request request : List.copyOf(requests)) {
          long patience = request.get.patience(now);
          if (patience <= 0) {
            lastCause = request.silent();
            drop(request);
          } else {
            next = Math.min(next, patience);
          }
        }
        if (requests.isEmpty()) {
          return Event.ALL_ENDED;
        }
        if (requests.size() == 1 && requests.getFirst().mayBeLate) {
          long rest = requests.getFirst().nanosUntilLate(now);
          if (rest <= 0) {
            requests.getFirst().mayBeLate = false;
            return Event.LATE;
          }
          next = Math.min(next, rest);
        }
        var _ = changed.awaitNanos(next);
      }
      return Event.ALL_ARRIVED;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes room for the next range, once: so early that its first byte comes when the last of this
   * one has come.
   */
  private void makeRoom() {
    if (!madeRoom) {
      madeRoom = true;
      scheduler.nearEnd(window);
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

  private void drop(Request request) {
    if (requests.remove(request)) {
      request.get.cancel();
      if (request.connectionToGiveBack) {
        scheduler.giveBackConnection();
      }
    }
  }

  private void dropAll() {
    List.copyOf(requests).forEach(this::drop);
  }

  /**
   * The next bytes, which stay as they are until the next call; {@code null} behind the last.
   *
   * @throws RuntimeException why they can't be had
   */
  @Nullable ByteBuffer read() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      boolean waited = !buffer.hasRoom();
      buffer.takeBack();
      if (waited && buffer.hasRoom()) {
        // A copy, because what is asked for may come at once, and a request's end with it.
        List.copyOf(requests).forEach(request -> request.get.more());
        changed.signal();
      }
      long rest = range.length() - buffer.taken();
      if (rest == 0) {
        return null;
      }
      long enough = Math.min(rest, piece);
      wakeAt = buffer.taken() + enough;
      while (buffer.ready() < enough && failure == null && !closed) {
        readable.await();
      }
      wakeAt = Long.MAX_VALUE;
      if (buffer.ready() == 0) {
        throw failure == null ? new CancellationException("closed") : failure;
      }
      return buffer.lend(piece);
    } finally {
      lock.unlock();
    }
  }

  /** Whatever comes from now on is dropped: when this returns, nobody writes to the buffer. */
  void close() {
    lock.lock();
    try {
      closed = true;
      dropAll();
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

  /** One of its requests. All but its constructor is under the range's lock. */
  private final class Request implements LayerGet.Receiver {
    final long from;
    final LayerGet get;
    private final LayerUrl url;
    private final long started = System.nanoTime();
    private long position;

    /** From here on, what is missing will be there before the next range's first byte. */
    private final long nearEnd;

    /** A ring's connection waits for its reader: that is no lateness. */
    boolean mayBeLate = !throughRing;

    boolean connectionToGiveBack;

    Request(long from, LayerUrl url) {
      this.from = from;
      this.position = from;
      this.url = url;
      long lead = scheduler.times().bytesUntilFirstByte();
      this.nearEnd = range.length() - Math.min(lead, range.length() / 2);
      this.get = new LayerGet(range.behind(from), this, throughRing);
    }

    long nanosUntilLate(long now) {
      long most = scheduler.times().nanosUntilLate(range.length() - from);
      return most == Long.MAX_VALUE ? most : started + most - now;
    }

    IOException silent() {
      return new IOException("no byte came for %d s".formatted(get.untilSign().toSeconds()));
    }

    @Override
    public boolean arrived(ByteBuffer bytes) {
      lock.lock();
      try {
        if (closed || !requests.contains(this)) {
          return false;
        }
        position += bytes.remaining();
        long fresh = position - buffer.arrived();
        if (fresh > 0) {
          // The other request may have brought some of them.
          bytes.position(bytes.limit() - (int) fresh);
          buffer.put(bytes);
          overtake();
          if (buffer.ready() + buffer.taken() >= wakeAt) {
            readable.signal();
          }
          if (buffer.arrived() >= nearEnd) {
            makeRoom();
          }
          if (buffer.arrived() == range.length()) {
            finished();
          }
        }
        return buffer.hasRoom();
      } finally {
        lock.unlock();
      }
    }

    /** A request that a later one has overtaken has lost. */
    private void overtake() {
      if (requests.getFirst() != this) {
        drop(requests.getFirst());
        // From now on this one uses the range's own connection.
        if (connectionToGiveBack) {
          connectionToGiveBack = false;
          scheduler.giveBackConnection();
        }
      }
    }

    private void finished() {
      if (!throughRing) {
        scheduler
            .times()
            .finished(
                range.length() - from,
                get.nanosToFirstByte(),
                get.nanosSinceFirstByte(System.nanoTime()));
      }
      changed.signal();
    }

    @Override
    public void ended(@Nullable Throwable cause) {
      lock.lock();
      try {
        if (cause != null && requests.contains(this)) {
          if (cause instanceof StatusException answer && answer.refusesUrl()) {
            source.refused(url);
          }
          lastCause = cause;
          drop(this);
          changed.signal();
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
