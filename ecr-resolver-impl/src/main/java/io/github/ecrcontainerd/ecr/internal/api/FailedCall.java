package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.ecr.internal.http.OversizeAnswerException;
import io.github.ecrcontainerd.ecr.internal.http.PeerException;
import io.github.ecrcontainerd.ecr.internal.http.UntrustedPeerException;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ecr.model.EcrException;

/**
 * A call that failed: the failure itself, for decisions, and the exception for the caller. Only
 * this class converts the SDK's exceptions to {@link ResolverException}s.
 */
public final class FailedCall extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Throwable failure;
  private final FailureKind kind;
  private final ResolverException told;

  private FailedCall(Throwable failure, FailureKind kind, ResolverException told) {
    super(told.getMessage(), told);
    this.failure = failure;
    this.kind = kind;
    this.told = told;
  }

  /**
   * @param operation the registry's name of the operation
   * @param digest the manifest or blob that the call is about
   * @param failure the exception of the SDK, or of the wait for it
   * @param sentTo returns the host that a call was sent to; used only for a call that got no answer
   *     in time
   */
  static FailedCall of(
      String operation,
      EcrReference reference,
      @Nullable Digest digest,
      Throwable failure,
      Supplier<Optional<String>> sentTo) {
    Optional<Exchange> exchange = Exchange.of(failure);
    FailureKind kind = FailureKind.of(failure, exchange);
    return new FailedCall(
        failure,
        kind,
        new ResolverException(
            kind.code(),
            kind.isRetryable(),
            operation,
            reference.toString(),
            digest,
            "%s of %s failed: %s"
                .formatted(
                    operation,
                    subject(reference, digest),
                    reason(kind, failure, exchange, sentTo, reference)),
            Redaction.withoutSecrets(failure)));
  }

  /**
   * A call that was not sent, because the quota allowed none for too long. It is the same failure,
   * in ECR's own words, as that of a call that ECR throttled to the end.
   */
  static FailedCall withoutToken(
      String operation, EcrReference reference, @Nullable Digest digest) {
    AwsErrorDetails details =
        AwsErrorDetails.builder()
            .serviceName("Ecr")
            .errorCode("ThrottlingException")
            .errorMessage("Rate exceeded")
            .build();
    return of(
        operation,
        reference,
        digest,
        EcrException.builder().statusCode(400).awsErrorDetails(details).build(),
        Optional::empty);
  }

  /**
   * The exception of the SDK, or of the wait for it, as it was thrown, for decisions by its type.
   * Its message may contain a secret. {@link #told} may be shown.
   */
  public Throwable failure() {
    return failure;
  }

  /** Whether ECR itself throttled the call. */
  boolean isThrottled() {
    return kind == FailureKind.THROTTLED;
  }

  /** Whether the call is made again after a pause: it was throttled, or the answer names a time. */
  boolean asksToWait() {
    return OwnPauses.apply(failure, kind);
  }

  /** How long the answer asks to wait (Retry-After); zero if it doesn't say. */
  public Duration retryAfter() {
    return OwnPauses.retryAfter(failure);
  }

  /** The exception for the caller, without secrets. */
  public ResolverException told() {
    return told;
  }

  private static String subject(EcrReference reference, @Nullable Digest digest) {
    return digest == null || reference.digest().filter(digest::equals).isPresent()
        ? reference.toString()
        : digest + " in " + reference;
  }

  private static String reason(
      FailureKind kind,
      Throwable failure,
      Optional<Exchange> exchange,
      Supplier<Optional<String>> sentTo,
      EcrReference reference) {
    Optional<String> explained = explanationOf(failure);
    if (explained.isPresent()) {
      return explained.get();
    }
    String host =
        exchange
            .map(Exchange::host)
            .or(() -> kind == FailureKind.STALLED ? sentTo.get() : Optional.empty())
            .orElse("the registry");
    if (kind.isForeignAnswer()) {
      return ("%d from %s, not from Amazon ECR: check the endpoint and the proxy that are set"
              + " (AWS_ENDPOINT_URL_ECR, HTTPS_PROXY, NO_PROXY)")
          .formatted(statusOf(failure, exchange), host);
    }
    if (failure instanceof AwsServiceException refusal) {
      return wordsOf(refusal, reference);
    }
    if (kind == FailureKind.STALLED && failure instanceof SdkException) {
      return "no answer from %s within the time limit of a call (apiTimeout, --api-timeout)"
          .formatted(host);
    }
    String cause = rootOf(failure);
    return exchange.isPresent() || kind == FailureKind.STALLED
        ? "no answer from %s: %s".formatted(host, cause)
        : cause;
  }

  private static int statusOf(Throwable failure, Optional<Exchange> exchange) {
    return failure instanceof AwsServiceException refusal
        ? refusal.statusCode()
        : exchange.map(Exchange::status).orElse(Exchange.NO_STATUS);
  }

  private static String wordsOf(AwsServiceException refusal, EcrReference reference) {
    AwsErrorDetails details = refusal.awsErrorDetails();
    if ("RepositoryNotFoundException".equals(details.errorCode())) {
      return "registry %s has no repository %s in %s"
          .formatted(reference.account(), reference.repository(), reference.region());
    }
    return details.errorMessage() == null
        ? details.errorCode()
        : details.errorCode() + ": " + Redaction.of(details.errorMessage());
  }

  /** The message of this project's own exceptions, which are written for a user. */
  private static Optional<String> explanationOf(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof PeerException
          || each instanceof UntrustedPeerException
          || each instanceof OversizeAnswerException
          || each instanceof CredentialsException) {
        return Optional.ofNullable(each.getMessage()).map(Redaction::of);
      }
    }
    return Optional.empty();
  }

  /** The innermost message: the SDK wraps "connection refused" several times. */
  private static String rootOf(Throwable failure) {
    Throwable inner = failure;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    String message = inner.getMessage();
    return message == null || message.isEmpty()
        ? inner.getClass().getSimpleName()
        : Redaction.of(message);
  }
}
