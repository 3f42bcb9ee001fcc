package io.github.ecrcontainerd.ecr.internal.api;

import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.ecr.EcrAsyncClientBuilder;

/** Records facts of a client's exchanges that the SDK's exceptions don't contain. */
final class Exchanges implements ExecutionInterceptor {
  private final Function<SdkHttpRequest, String> peers;
  private volatile Optional<String> host = Optional.empty();

  /**
   * @param peers returns the host that a request is sent to
   */
  Exchanges(Function<SdkHttpRequest, String> peers) {
    this.peers = peers;
  }

  /** Adds an {@link Exchange} to each failure of this client that had a request. */
  void observe(EcrAsyncClientBuilder client) {
    client.overrideConfiguration(
        client.overrideConfiguration().toBuilder().addExecutionInterceptor(this).build());
  }

  /** The host of this client's last request. A client has one endpoint. */
  Optional<String> host() {
    return host;
  }

  @Override
  public void beforeTransmission(Context.BeforeTransmission sent, ExecutionAttributes attributes) {
    host = Optional.of(peers.apply(sent.httpRequest()));
  }

  /** Not called for a call that timed out. */
  @Override
  public Throwable modifyException(Context.FailedExecution failed, ExecutionAttributes attributes) {
    Throwable failure = failed.exception();
    int status = failed.httpResponse().map(SdkHttpResponse::statusCode).orElse(Exchange.NO_STATUS);
    failed
        .httpRequest()
        .ifPresent(request -> failure.addSuppressed(new Exchange(peers.apply(request), status)));
    return failure;
  }
}
