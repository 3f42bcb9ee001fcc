package io.github.ecrcontainerd.ecr.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * A client that is made while its user does something else. The first one loads the CRT's native
 * code, and each reads the system's trusted certificates: together some 80 ms, which who builds a
 * resolver needn't wait for.
 */
final class EarlyHttpClient implements SdkAsyncHttpClient {
  private final CompletableFuture<SdkAsyncHttpClient> client;

  /**
   * @param making makes the client
   * @param executor where that is done
   */
  EarlyHttpClient(Supplier<SdkAsyncHttpClient> making, Executor executor) {
    this.client = CompletableFuture.supplyAsync(making, executor);
  }

  /** Waits for the client, if it isn't there yet: the wait can't be interrupted, it is short. */
  @Override
  public CompletableFuture<Void> execute(AsyncExecuteRequest exchange) {
    try {
      return client.join().execute(exchange);
    } catch (CompletionException e) {
      return CompletableFuture.failedFuture(e.getCause() == null ? e : e.getCause());
    }
  }

  @Override
  public void close() {
    client.handle(EarlyHttpClient::closeIfMade).join();
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
