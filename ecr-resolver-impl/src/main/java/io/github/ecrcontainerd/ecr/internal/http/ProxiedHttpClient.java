package io.github.ecrcontainerd.ecr.internal.http;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * Sends each request through the proxy that is set for its URL, or directly. A CRT client uses one
 * proxy for all its requests, so there is one client for each proxy.
 */
final class ProxiedHttpClient implements SdkAsyncHttpClient {
  private final ProxySettings settings;
  private final Function<Optional<Proxy>, SdkAsyncHttpClient> connect;
  private final Map<Optional<Proxy>, SdkAsyncHttpClient> byProxy = new ConcurrentHashMap<>();

  /**
   * @param connect creates a client that uses one proxy, or none
   */
  ProxiedHttpClient(ProxySettings settings, Function<Optional<Proxy>, SdkAsyncHttpClient> connect) {
    this.settings = settings;
    this.connect = connect;
  }

  @Override
  public CompletableFuture<Void> execute(AsyncExecuteRequest exchange) {
    SdkHttpRequest request = exchange.request();
    Optional<Proxy> proxy = settings.forRequest(request.protocol(), request.host(), request.port());
    return byProxy.computeIfAbsent(proxy, connect).execute(exchange);
  }

  @Override
  public void close() {
    byProxy.values().forEach(SdkAsyncHttpClient::close);
  }
}
