package io.github.ecrcontainerd.ecr.internal.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.crt.io.ClientBootstrap;
import software.amazon.awssdk.crt.io.EventLoopGroup;
import software.amazon.awssdk.crt.io.HostResolver;

/**
 * The threads that all clients of the CRT in this JVM share. The CRT itself ends them only when the
 * JVM ends, which then waits a second for them. So they end with the last resolver. Clients of
 * other code keep the threads that they have, and the next resolver gets new ones.
 */
final class CrtThreads {
  /** The threads end within milliseconds, unless a client of other code keeps them. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(CrtThreads.class);

  private static int users;

  /** The clients' bootstrap, which ends after all of them. */
  private static @Nullable ClientBootstrap bootstrap;

  private static boolean resolverHangs;

  private CrtThreads() {}

  /** Keeps the threads until {@link #release}. */
  static synchronized void keep() {
    users++;
  }

  /** A client was created. */
  static synchronized void used() {
    if (bootstrap == null) {
      bootstrap = ClientBootstrap.getOrCreateStaticDefault();
    }
  }

  /**
   * A request failed because the system had no thread for it. If that was the thread that resolves
   * a host, the CRT's host resolver never ends (seen with aws-crt 0.49.0: its close waits for
   * ever), so it is left to the end of the JVM.
   */
  static synchronized void lackedThread() {
    resolverHangs = true;
  }

  /**
   * Ends the threads after the last user, and waits for their end. Until then they call Java code.
   * If an application's class loader is closed meanwhile, the CRT ends the process because a class
   * is missing (seen in the goal exec:java of Maven).
   */
  static void release() {
    end().ifPresent(CrtThreads::await);
  }

  private static synchronized Optional<CompletableFuture<Void>> end() {
    users--;
    if (users > 0) {
      return Optional.empty();
    }
    Optional<CompletableFuture<Void>> end =
        Optional.ofNullable(bootstrap).map(ClientBootstrap::getShutdownCompleteFuture);
    bootstrap = null;
    ClientBootstrap.closeStaticDefault();
    EventLoopGroup.closeStaticDefault();
    if (resolverHangs) {
      return Optional.empty();
    }
    HostResolver.closeStaticDefault();
    return end;
  }

  /** An interrupt doesn't end the wait, so that the threads have ended when the close returns. */
  private static void await(CompletableFuture<Void> end) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    boolean interrupted = false;
    while (!end.isDone()) {
      try {
        var _ = end.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException | TimeoutException e) {
        LOG.debug("the CRT's threads go on", e);
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
