package io.github.ecrcontainerd.ecr.internal.api;

import java.util.function.Function;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.ecr.EcrAsyncClientBuilder;

/**
 * Adds to the failure of a call what the SDK knows of its exchange and keeps out of its exceptions.
 *
 * @param peers names the host that a request is sent to
 */
record Exchanges(Function<SdkHttpRequest, String> peers) implements ExecutionInterceptor {

  /** Adds the {@link Exchange} to each failure of a client that came to one. */
  void observe(EcrAsyncClientBuilder client) {
    client.overrideConfiguration(
        client.overrideConfiguration().toBuilder().addExecutionInterceptor(this).build());
  }

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
