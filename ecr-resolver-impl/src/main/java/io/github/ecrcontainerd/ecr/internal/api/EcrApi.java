package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecr.EcrAsyncClient;

/** The one way to call the API: it waits, can be interrupted, and maps every error. */
public final class EcrApi {
  private final EcrClients clients;

  public EcrApi(EcrClients clients) {
    this.clients = clients;
  }

  /**
   * Calls one operation at the reference's endpoint and waits for its answer.
   *
   * @param operation its name, for messages
   * @param digest the manifest or blob that it is about
   * @throws ResolverException if the call fails
   * @throws InterruptedException if the thread is interrupted; the call is cancelled
   */
  public <T> T call(
      String operation,
      EcrReference reference,
      @Nullable Digest digest,
      Function<EcrAsyncClient, CompletableFuture<T>> request)
      throws InterruptedException {
    return await(operation, reference, digest, start(reference, request));
  }

  /** Calls one operation without waiting: {@link #await} ends it. */
  public <T> CompletableFuture<T> start(
      EcrReference reference, Function<EcrAsyncClient, CompletableFuture<T>> request) {
    try {
      return request.apply(clients.of(reference));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Waits for what {@link #start} began. */
  public <T> T await(
      String operation, EcrReference reference, @Nullable Digest digest, CompletableFuture<T> call)
      throws InterruptedException {
    try {
      return call.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw ApiErrors.explain(operation, reference, digest, cause);
    } catch (InterruptedException e) {
      call.cancel(true);
      throw e;
    }
  }
}
