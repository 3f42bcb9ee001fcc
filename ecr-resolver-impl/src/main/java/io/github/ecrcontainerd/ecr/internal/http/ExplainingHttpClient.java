package io.github.ecrcontainerd.ecr.internal.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/**
 * A CRT client whose failures name the peer, what is wrong and what to check. If a host doesn't
 * answer and its TLS hasn't worked yet, its certificate is checked in parallel to the request. A
 * problem with the certificate ends the request at once.
 */
final class ExplainingHttpClient implements SdkAsyncHttpClient {
  /** Nearly every successful handshake takes less time. */
  private static final Duration SUSPICION = Duration.ofMillis(700);

  private final SdkAsyncHttpClient client;
  private final Optional<Proxy> proxy;
  private final CertificateCheck check;
  private final Set<String> answered = ConcurrentHashMap.newKeySet();

  /**
   * The checks in progress, by host. The first requests to a host get no answer at the same time,
   * and share one check.
   */
  private final Map<String, CompletableFuture<Optional<String>>> checks = new ConcurrentHashMap<>();

  /**
   * @param client the CRT client, which is closed with this one
   * @param proxy the proxy that it sends all requests through
   */
  ExplainingHttpClient(SdkAsyncHttpClient client, Optional<Proxy> proxy, CertificateCheck check) {
    this.client = client;
    this.proxy = proxy;
    this.check = check;
  }

  @Override
  public CompletableFuture<Void> execute(AsyncExecuteRequest exchange) {
    SdkHttpRequest request = exchange.request();
    String host = request.host() + ":" + request.port();
    Exchange observed =
        new Exchange(
            exchange.responseHandler(),
            host,
            new PeerFailures(
                proxy.map(through -> through.host() + ":" + through.port()).orElse(host),
                proxy.isPresent()));
    CompletableFuture<Void> sent =
        client.execute(
            AsyncExecuteRequest.builder()
                .request(request)
                .requestContentPublisher(exchange.requestContentPublisher())
                .responseHandler(observed)
                .fullDuplex(exchange.fullDuplex())
                .metricCollector(exchange.metricCollector().orElse(null))
                .httpExecutionAttributes(exchange.httpExecutionAttributes())
                .build());
    observed.follow(sent);
    if ("https".equals(request.protocol()) && proxy.isEmpty() && !answered.contains(host)) {
      Thread.ofVirtual()
          .name("ecr-certificate-check")
          .start(() -> observed.suspect(request.host(), request.port()));
    }
    return observed.result;
  }

  private Optional<String> problem(String host, String name, int port) {
    CompletableFuture<Optional<String>> own = new CompletableFuture<>();
    CompletableFuture<Optional<String>> others = checks.putIfAbsent(host, own);
    if (others != null) {
      return others.join();
    }
    try {
      Optional<String> found = check.problem(name, port);
      own.complete(found);
      return found;
    } catch (RuntimeException e) {
      own.completeExceptionally(e);
      throw e;
    } finally {
      checks.remove(host, own);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  /** One request and its answer. It ends once. */
  private final class Exchange implements SdkAsyncHttpResponseHandler {
    private final SdkAsyncHttpResponseHandler handler;
    private final String host;
    private final PeerFailures failures;
    private final CompletableFuture<Void> result = new CompletableFuture<>();
    private final CompletableFuture<Void> firstSign = new CompletableFuture<>();
    private final AtomicBoolean failed = new AtomicBoolean();

    Exchange(SdkAsyncHttpResponseHandler handler, String host, PeerFailures failures) {
      this.handler = handler;
      this.host = host;
      this.failures = failures;
    }

    /**
     * Passes the request's end on to the result, and a cancellation of the result to the request.
     */
    void follow(CompletableFuture<Void> sent) {
      var _ =
          sent.whenComplete(
              (nothing, failure) -> {
                if (failure == null) {
                  result.complete(null);
                } else {
                  failed(failure);
                }
              });
      var _ =
          result.whenComplete(
              (nothing, failure) -> {
                firstSign.complete(null);
                if (failure != null) {
                  sent.cancel(true);
                }
              });
    }

    /** Checks the server's certificate if the server doesn't answer soon. */
    void suspect(String name, int port) {
      try {
        if (!isSilent()) {
          return;
        }
        problem(host, name, port).ifPresent(problem -> fail(new UntrustedPeerException(problem)));
      } catch (RuntimeException e) {
        fail(e);
      } catch (InterruptedException | OutOfMemoryError notHere) {
        // Without a thread for it, there is no check. The request continues without one.
      }
    }

    private boolean isSilent() throws InterruptedException {
      try {
        var _ = firstSign.get(SUSPICION.toMillis(), TimeUnit.MILLISECONDS);
        return false;
      } catch (TimeoutException silent) {
        return true;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    private void failed(Throwable failure) {
      if (PeerFailures.lackedThread(failure)) {
        CrtThreads.lackedThread();
      }
      fail(failures.explain(failure));
    }

    private void fail(Throwable failure) {
      if (failed.compareAndSet(false, true)) {
        handler.onError(failure);
        result.completeExceptionally(failure);
      }
    }

    @Override
    public void onHeaders(SdkHttpResponse headers) {
      answered.add(host);
      firstSign.complete(null);
      if (!failed.get()) {
        handler.onHeaders(headers);
      }
    }

    @Override
    public void onStream(Publisher<ByteBuffer> stream) {
      if (!failed.get()) {
        handler.onStream(stream);
      }
    }

    @Override
    public void onError(@Nullable Throwable failure) {
      failed(failure == null ? new IllegalStateException("no reason") : failure);
    }
  }
}
