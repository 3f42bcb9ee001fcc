package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.ecr.internal.retry.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.retries.api.TokenAcquisitionFailedException;
import software.amazon.awssdk.services.ecr.EcrAsyncClientBuilder;

/**
 * The SDK's retries without those of throttled calls. {@link EcrApi} makes these: it has the token
 * buckets of the whole process, while the SDK's own adaptive mode has one for each client, for all
 * operations together. A retry of the SDK would also be a call without a token.
 */
final class OwnPauses implements RetryStrategy {
  private final RetryStrategy strategy;

  private OwnPauses(RetryStrategy strategy) {
    this.strategy = strategy;
  }

  /** Leaves this client's other retries as they are configured. */
  static void configure(EcrAsyncClientBuilder client) {
    ClientOverrideConfiguration configured = client.overrideConfiguration();
    RetryStrategy strategy =
        configured
            .retryStrategy()
            .map(OwnPauses::withConditions)
            .orElseGet(() -> ofMode(configured));
    client.overrideConfiguration(
        configured.toBuilder().retryStrategy(new OwnPauses(strategy)).build());
  }

  /**
   * The SDK adds its conditions to a strategy that wants them, but not through a wrapper. Its list
   * for all services is not public; what may pass by this project's own rule stands for it.
   */
  private static RetryStrategy withConditions(RetryStrategy given) {
    return given.useClientDefaults()
        ? AwsRetryStrategy.addRetryConditions(given).toBuilder()
            .retryOnException(failure -> FailureKind.of(failure, Optional.empty()).isRetryable())
            .build()
        : given;
  }

  /** The strategy that the SDK would find by itself. */
  private static RetryStrategy ofMode(ClientOverrideConfiguration configured) {
    RetryMode.Resolver mode = RetryMode.resolver();
    configured.defaultProfileFileSupplier().ifPresent(mode::profileFile);
    configured.defaultProfileName().ifPresent(mode::profileName);
    RetryStrategy found =
        AwsRetryStrategy.forRetryMode(configured.retryMode().orElseGet(mode::resolve));
    return configured
        .retryStrategyConfigurator()
        .map(
            configurator -> {
              RetryStrategy.Builder<?, ?> builder = found.toBuilder();
              configurator.accept(builder);
              return (RetryStrategy) builder.build();
            })
        .orElse(found);
  }

  /** Whether this failure is retried by {@link EcrApi}, after its own pause. */
  static boolean apply(Throwable failure, FailureKind kind) {
    return kind == FailureKind.THROTTLED
        || (kind.isRetryable() && retryAfter(failure).isPositive());
  }

  /** How long the answer asks to wait; zero if it doesn't. */
  static Duration retryAfter(Throwable failure) {
    return failure instanceof AwsServiceException refusal
            && refusal.awsErrorDetails() != null
            && refusal.awsErrorDetails().sdkHttpResponse() != null
        ? RetryAfter.of(refusal.awsErrorDetails().sdkHttpResponse(), Instant.now())
        : Duration.ZERO;
  }

  @Override
  public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
    Throwable failure = request.failure();
    if (apply(failure, FailureKind.of(failure, Optional.empty()))) {
      throw new TokenAcquisitionFailedException(
          "a throttled call is not retried by the SDK", request.token(), failure);
    }
    return strategy.refreshRetryToken(request);
  }

  @Override
  public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
    return strategy.acquireInitialToken(request);
  }

  @Override
  public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
    return strategy.recordSuccess(request);
  }

  @Override
  public int maxAttempts() {
    return strategy.maxAttempts();
  }

  /** The SDK would rebuild the strategy to add its defaults, which it has already. */
  @Override
  public boolean useClientDefaults() {
    return false;
  }

  @Override
  public RetryStrategy.Builder<?, ?> toBuilder() {
    return strategy.toBuilder();
  }

  @Override
  public void close() {
    strategy.close();
  }
}
