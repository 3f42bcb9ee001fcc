package io.github.ecrcontainerd.containerd.internal.scope;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.internal.transport.ConnectionEnds;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends an operation whose daemon goes away while it waits for something else, such as a silent
 * registry. Without it, such an operation notices only at its next call to the daemon.
 *
 * <p>It waits for the connection's end, and costs no call until then: containerd accepts HTTP/2
 * pings only every five minutes (grpc-go's default enforcement policy). After the end it asks the
 * daemon for its version until it answers or {@link #PATIENCE} is over. So an operation outlives a
 * quick restart of the daemon between two calls, as its calls do (they connect again).
 *
 * <p>A daemon that is stopped (SIGSTOP) keeps its connections. Only the deadlines of calls notice
 * it.
 */
public final class DaemonWatch {
  /** How long a daemon may take to restart. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(250);

  /** Asks the daemon for anything. */
  @FunctionalInterface
  public interface Question {
    /**
     * Returns after the daemon's answer.
     *
     * @throws ContainerdException if it doesn't answer
     */
    Object ask() throws InterruptedException;
  }

  private final ConnectionEnds ends;
  private final Question question;
  private @Nullable Thread operating;
  private @Nullable ContainerdException failure;

  /**
   * Creates a watch for one operation.
   *
   * @param ends the ends of the operation's connection
   */
  public DaemonWatch(ConnectionEnds ends, Question question) {
    this.ends = ends;
    this.question = question;
  }

  /**
   * Runs the operation in this thread, which is interrupted if the daemon goes away.
   *
   * @throws ContainerdException if the operation was interrupted for that; otherwise the
   *     operation's own errors
   */
  public <T> T run(Step<T> operation) throws InterruptedException {
    long known = ends.count();
    synchronized (this) {
      operating = Thread.currentThread();
    }
    Thread watching = Thread.ofVirtual().name("daemon-watch").start(() -> watch(known));
    try {
      return operation.run();
    } catch (InterruptedException e) {
      ContainerdException cause = failure();
      if (cause == null) {
        throw e;
      }
      cause.addSuppressed(e);
      throw cause;
    } finally {
      end(watching);
    }
  }

  private void watch(long from) {
    long known = from;
    try {
      while (true) {
        ends.awaitMoreThan(known);
        try {
          askRepeatedly();
        } catch (ContainerdException e) {
          interrupt(e);
          return;
        }
        // What ended while it was asked is answered, too.
        known = ends.count();
      }
    } catch (InterruptedException e) {
      // The operation has ended.
    }
  }

  private void askRepeatedly() throws InterruptedException {
    long since = System.nanoTime();
    while (true) {
      try {
        var _ = question.ask();
        return;
      } catch (ContainerdException e) {
        if (System.nanoTime() - since >= PATIENCE.toNanos()) {
          throw e;
        }
      }
      TimeUnit.MILLISECONDS.sleep(BETWEEN_QUESTIONS.toMillis());
    }
  }

  private synchronized void interrupt(ContainerdException cause) {
    if (operating != null) {
      failure = cause;
      operating.interrupt();
    }
  }

  private synchronized @Nullable ContainerdException failure() {
    return failure;
  }

  private void end(Thread watching) {
    synchronized (this) {
      operating = null;
      if (failure != null) {
        // An interrupt that came too late is of no use to the caller.
        var _ = Thread.interrupted();
      }
    }
    watching.interrupt();
    CleanUp.run(watching::join);
  }
}
