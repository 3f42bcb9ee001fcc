package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.ecr.internal.events.ApiCallEvent;
import io.github.ecrcontainerd.ecr.internal.events.Recorder;
import io.github.ecrcontainerd.ecr.internal.events.RetryEvent;
import io.github.ecrcontainerd.ecr.internal.rate.TokenBucket;
import io.github.ecrcontainerd.ecr.internal.retry.ThrottledCall;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.ecr.EcrAsyncClient;

/**
 * Calls the API. All calls go through this class: it waits for the registry's quota and for the
 * answer, can be interrupted, and maps every error.
 */
public final class EcrApi {
  private static final Logger LOG = LoggerFactory.getLogger(EcrApi.class);

  private final EcrClients clients;
  private final Duration throttling;
  private final TransferListener listener;

  /**
   * @param throttling how long a throttled call is retried
   * @param listener receives these retries
   */
  public EcrApi(EcrClients clients, Duration throttling, TransferListener listener) {
    this.clients = clients;
    this.throttling = throttling;
    this.listener = listener;
  }

  /**
   * Calls one operation at the reference's endpoint and waits for its answer.
   *
   * @param operation the operation's name, for messages
   * @param digest the manifest or blob that the call is about
   * @throws ResolverException if the call fails
   * @throws InterruptedException if the thread is interrupted; the call is cancelled
   */
  public <T> T call(
      String operation,
      EcrReference reference,
      @Nullable Digest digest,
      Function<EcrAsyncClient, CompletableFuture<T>> request)
      throws InterruptedException {
    try {
      return attempt(operation, reference, digest, request);
    } catch (FailedCall e) {
      throw e.told();
    }
  }

  /**
   * The same for a caller that handles some failures itself.
   *
   * @throws FailedCall if the call fails
   * @throws InterruptedException if the thread is interrupted; the call is cancelled
   */
  public <T> T attempt(
      String operation,
      EcrReference reference,
      @Nullable Digest digest,
      Function<EcrAsyncClient, CompletableFuture<T>> request)
      throws FailedCall, InterruptedException {
    ThrottledCall tries = new ThrottledCall(throttling);
    FailedCall last = null;
    while (true) {
      try {
        return once(operation, reference, digest, tries.left(), request);
      } catch (TimeoutException e) {
        throw last == null ? FailedCall.withoutToken(operation, reference, digest) : last;
      } catch (FailedCall e) {
        last = e;
        if (!e.asksToWait()) {
          throw e;
        }
        Optional<Duration> pause = tries.failed(e.retryAfter());
        if (pause.isEmpty()) {
          throw e;
        }
        throttled(operation, pause.get());
        Thread.sleep(pause.get());
      }
    }
  }

  private void throttled(String operation, Duration pause) {
    LOG.warn("Amazon ECR throttled {}: retrying in {} ms", operation, pause.toMillis());
    listener.throttled(operation, pause);
    if (Recorder.isOn()) {
      new RetryEvent(operation, "throttled", pause).commit();
    }
  }

  private <T> T once(
      String operation,
      EcrReference reference,
      @Nullable Digest digest,
      Duration untilToken,
      Function<EcrAsyncClient, CompletableFuture<T>> request)
      throws FailedCall, InterruptedException, TimeoutException {
    ApiCallEvent event =
        Recorder.isOn() ? new ApiCallEvent(operation, reference.repository()) : null;
    Throwable failure = null;
    ApiCall<T> call = send(operation, reference, untilToken, request);
    try {
      T answer = call.answer().get();
      call.accepted();
      return answer;
    } catch (ExecutionException e) {
      failure = e.getCause() == null ? e : e.getCause();
      throw failed(operation, reference, digest, call, e);
    } catch (InterruptedException e) {
      failure = e;
      call.cancel();
      throw e;
    } finally {
      if (event != null) {
        event.ended(failure);
      }
    }
  }

  /**
   * Calls one operation as soon as the registry's quota allows, without waiting for its answer.
   * {@link #await} does that.
   *
   * @throws FailedCall if the quota allows no call for as long as a throttled call is retried
   * @throws InterruptedException if the thread is interrupted while it waits for the quota
   */
  public <T> ApiCall<T> start(
      String operation,
      EcrReference reference,
      @Nullable Digest digest,
      Function<EcrAsyncClient, CompletableFuture<T>> request)
      throws FailedCall, InterruptedException {
    try {
      return send(operation, reference, throttling, request);
    } catch (TimeoutException e) {
      throw FailedCall.withoutToken(operation, reference, digest);
    }
  }

  private <T> ApiCall<T> send(
      String operation,
      EcrReference reference,
      Duration untilToken,
      Function<EcrAsyncClient, CompletableFuture<T>> request)
      throws InterruptedException, TimeoutException {
    Optional<TokenBucket> bucket = clients.bucketOf(operation, reference);
    long begun = bucket.isPresent() ? bucket.get().take(untilToken) : System.nanoTime();
    CompletableFuture<T> answer;
    try {
      answer = request.apply(clients.of(reference));
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return new ApiCall<>(answer, bucket, begun);
  }

  /**
   * Waits for a call that {@link #start} began, as long as its bytes move.
   *
   * @param patience how long nothing may move before the call is cancelled and counts as failed
   * @param lastMove when bytes moved last, as a value of {@link System#nanoTime}
   * @throws FailedCall if the call fails
   * @throws InterruptedException if the thread is interrupted; the call is cancelled
   */
  public <T> T await(
      String operation,
      EcrReference reference,
      @Nullable Digest digest,
      ApiCall<T> call,
      Duration patience,
      LongSupplier lastMove)
      throws FailedCall, InterruptedException {
    try {
      while (true) {
        long idle = System.nanoTime() - lastMove.getAsLong();
        try {
          T answer =
              call.answer().get(Math.max(0, patience.toNanos() - idle), TimeUnit.NANOSECONDS);
          call.accepted();
          return answer;
        } catch (TimeoutException e) {
          if (System.nanoTime() - lastMove.getAsLong() >= patience.toNanos()) {
            call.cancel();
            throw FailedCall.of(
                operation,
                reference,
                digest,
                new TimeoutException("no byte moved for %d s".formatted(patience.toSeconds())),
                () -> clients.hostOf(reference));
          }
        }
      }
    } catch (ExecutionException e) {
      throw failed(operation, reference, digest, call, e);
    } catch (InterruptedException e) {
      call.cancel();
      throw e;
    }
  }

  /**
   * Waits before a caller of {@link #start} makes a failed call again. If ECR throttled the call,
   * the listener receives that.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void pause(String operation, FailedCall failed, Duration pause)
      throws InterruptedException {
    if (failed.asksToWait()) {
      throttled(operation, pause);
    }
    Thread.sleep(pause);
  }

  private FailedCall failed(
      String operation,
      EcrReference reference,
      @Nullable Digest digest,
      ApiCall<?> call,
      ExecutionException e)
      throws InterruptedException {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    // The SDK starts no call on an interrupted thread, and may have cleared its interrupt status.
    if (Thread.interrupted() || isInterrupt(cause)) {
      throw new InterruptedException(operation + " was interrupted");
    }
    FailedCall failed =
        FailedCall.of(operation, reference, digest, cause, () -> clients.hostOf(reference));
    if (failed.isThrottled()) {
      call.throttled();
    }
    return failed;
  }

  private static boolean isInterrupt(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException || cause instanceof AbortedException) {
        return true;
      }
    }
    return false;
  }
}
