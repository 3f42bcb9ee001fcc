package io.github.ecrcontainerd.ecr.internal.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.crt.CrtRuntimeException;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * A client that is created in the background. The first one loads the CRT's native code, and each
 * reads the system's trusted certificates. Together that takes about 80 ms, and the builder of a
 * resolver needn't wait for it.
 */
final class EarlyHttpClient implements SdkAsyncHttpClient {
  private final CompletableFuture<SdkAsyncHttpClient> client;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param making creates the client
   * @param executor runs {@code making}
   */
  EarlyHttpClient(Supplier<SdkAsyncHttpClient> making, Executor executor) {
    this.client = CompletableFuture.supplyAsync(making, executor);
  }

  /**
   * Waits for the client, if it isn't created yet. The wait can't be interrupted, but is short. If
   * the creation failed, the exchange's handler also gets the failure, because the SDK waits only
   * for the handler.
   */
  @Override
  public CompletableFuture<Void> execute(AsyncExecuteRequest exchange) {
    SdkAsyncHttpClient made;
    try {
      made = client.join();
    } catch (CompletionException e) {
      IllegalStateException failure = failure(e);
      exchange.responseHandler().onError(failure);
      return CompletableFuture.failedFuture(failure);
    }
    return made.execute(exchange);
  }

  /**
   * If the CRT's native library can't be loaded, the message names the likely cause: the CRT
   * unpacks the library into {@code java.io.tmpdir}. If the library itself has failed, its error
   * says why.
   */
  private static IllegalStateException failure(CompletionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String advice =
        cause instanceof CrtRuntimeException crt && crt.errorCode > 0
            ? ""
            : ". Check that files can be written and executed in java.io.tmpdir, %s"
                .formatted(System.getProperty("java.io.tmpdir"));
    IllegalStateException failure =
        new IllegalStateException(
            "the HTTP client can't be created (%s)%s".formatted(cause.getMessage(), advice));
    failure.addSuppressed(cause);
    return failure;
  }

  /** Closes the client, if it was created. A second call does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      client.handle(EarlyHttpClient::closeIfMade).join();
    }
  }

  private static boolean closeIfMade(
      @Nullable SdkAsyncHttpClient made, @Nullable Throwable failure) {
    if (made == null) {
      return false;
    }
    made.close();
    return true;
  }
}
