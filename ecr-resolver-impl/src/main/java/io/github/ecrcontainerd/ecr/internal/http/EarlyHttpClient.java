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
 * A client that is made while its user does something else. The first one loads the CRT's native
 * code, and each reads the system's trusted certificates: together some 80 ms, for which the
 * builder of a resolver needn't wait.
 */
final class EarlyHttpClient implements SdkAsyncHttpClient {
  private final CompletableFuture<SdkAsyncHttpClient> client;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param making makes the client
   * @param executor where that is done
   */
  EarlyHttpClient(Supplier<SdkAsyncHttpClient> making, Executor executor) {
    this.client = CompletableFuture.supplyAsync(making, executor);
  }

  /**
   * Waits for the client, if it isn't there yet: the wait can't be interrupted, it is short. Where
   * there can be none, the exchange's handler is told, too: the SDK waits for nothing else.
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
   * Where the CRT's library isn't there, the one thing that is likely to be wrong is named: the CRT
   * unpacks it there. Where the library itself has failed, its error says what is wrong.
   */
  private static IllegalStateException failure(CompletionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String advice =
        cause instanceof CrtRuntimeException crt && crt.errorCode > 0
            ? ""
            : ": may files be written and run in java.io.tmpdir, %s?"
                .formatted(System.getProperty("java.io.tmpdir"));
    IllegalStateException failure =
        new IllegalStateException(
            "no HTTP client can be made (%s)%s".formatted(cause.getMessage(), advice));
    failure.addSuppressed(cause);
    return failure;
  }

  /** Closes the client, if there is one. A second call does nothing. */
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
