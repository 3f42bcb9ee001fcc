package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.resolver.ResolverException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Sends as many requests for one range as it needs. Each resumes at the byte that the previous one
 * reached. A late one gets a hedge. Used by one thread, which holds no lock.
 */
final class RangeAttempts {
  private final RangeDownload download;
  private final LayerSource source;
  private final HedgeBudget hedges;
  private final HostLimit host;
  private final RangeDownload.Listener listener;

  /**
   * @param hedges how many ranges may be hedged
   * @param host how many requests the layer's host may have at a time
   * @param listener the owner of the connection for a hedge
   */
  RangeAttempts(
      RangeDownload download,
      LayerSource source,
      HedgeBudget hedges,
      HostLimit host,
      RangeDownload.Listener listener) {
    this.download = download;
    this.source = source;
    this.hedges = hedges;
    this.host = host;
    this.listener = listener;
  }

  /** Downloads the range, or records why it can't. Ends early when the range is closed. */
  void run() {
    try {
      if (!download.begin()) {
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
        Optional<Duration> pause = retries.pause(download.arrived(), cause);
        if (pause.isEmpty()) {
          download.fail(source.explain(cause, retries.failures()));
          return;
        }
        source.retrying(cause, pause.get());
        Thread.sleep(pause.get());
      }
    } catch (InterruptedException e) {
      download.fail(new CancellationException("the download of a layer was interrupted"));
    } catch (RuntimeException e) {
      download.fail(e);
    } finally {
      download.end();
    }
  }

  private static boolean isRedirect(Throwable cause) {
    return cause instanceof StatusException answer && answer.redirect().isPresent();
  }

  /**
   * Resumes after the bytes that have arrived. Returns why the attempt failed, or {@code null} if
   * the range is complete.
   */
  private @Nullable Throwable attempt() throws InterruptedException {
    download.awaitRoom();
    Optional<LayerUrl> near = source.urlOfMirror();
    if (near.isPresent()) {
      // A mirror is another host than the one that asked to go slower.
      return attempt(near.get());
    }
    if (download.isThroughRing()) {
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
      switch (download.watch()) {
        case ALL_ARRIVED -> {
          return null;
        }
        case ALL_ENDED -> {
          return download.cause();
        }
        case LATE -> hedge();
      }
    }
  }

  /** Sends a request for the missing bytes. */
  private void request(LayerUrl url) {
    RangeRequest request = download.request(url);
    if (request != null) {
      hedges.requested(request.length());
      request.start(source.http());
    }
  }

  /**
   * Sends a hedge on its own connection. If no connection is free, the hedge replaces the late
   * request.
   */
  private void hedge() throws InterruptedException {
    if (host.isReduced() || !hedges.tryHedge(download.missing())) {
      return;
    }
    source.hedged();
    boolean connected = listener.tryConnection();
    if (!connected) {
      download.giveUpLateRequest();
    }
    try {
      download.awaitRoom();
      request(source.urlOfEcr());
    } catch (ResolverException e) {
      // The late request continues without a hedge.
    } finally {
      if (connected) {
        download.handHedgeItsConnection();
      }
    }
  }
}
