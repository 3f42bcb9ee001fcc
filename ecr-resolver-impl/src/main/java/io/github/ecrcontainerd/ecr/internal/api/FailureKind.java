package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.ecr.internal.http.OversizeAnswerException;
import io.github.ecrcontainerd.ecr.internal.http.UntrustedPeerException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The kind of failure that ended a call. It is determined by the type of the exception, the status
 * of the answer and the registry's own name of the error, never by the text of a message. The names
 * are those of the Amazon ECR API reference ("Errors" of each operation, and "Common Error Types").
 */
enum FailureKind {
  /** The registry doesn't have what was requested. */
  NOT_FOUND(Code.NOT_FOUND, false),
  /** The request conflicts with what the registry has. */
  CONFLICT(Code.CONFLICT, false),
  /** The registry refuses these credentials. */
  DENIED(Code.DENIED, false),
  /** There are no credentials. */
  NO_CREDENTIALS(Code.DENIED, false),
  /** The registry throttled the call. */
  THROTTLED(Code.THROTTLED, true),
  /** The registry doesn't accept the request. */
  REJECTED(Code.REJECTED, false),
  /** The registry has an internal error. */
  REGISTRY_ERROR(Code.UNAVAILABLE, true),

  /** An answer that isn't in the form of Amazon ECR, and refuses access. */
  GATEWAY_DENIED(Code.DENIED, false),
  /** An answer that isn't in the form of Amazon ECR, and asks for fewer requests. */
  GATEWAY_THROTTLED(Code.THROTTLED, true),
  /** An answer that isn't in the form of Amazon ECR, with a status that may pass. */
  GATEWAY_ERROR(Code.UNAVAILABLE, true),
  /** Any other answer that isn't in the form of Amazon ECR. */
  GATEWAY_ANSWER(Code.INVALID_CONTENT, false),

  /** No answer came, because there is no connection or it broke. */
  CONNECTION(Code.UNAVAILABLE, true),
  /** No answer came, because no byte moved for too long. */
  STALLED(Code.UNAVAILABLE, true),
  /** No answer came, because there is no trusted connection. */
  UNTRUSTED(Code.UNAVAILABLE, false),
  /** The SDK doesn't make the call, because one of its settings is wrong. */
  CALL_NOT_MADE(Code.UNAVAILABLE, false),
  /** Anything else: a defect of this program. */
  DEFECT(Code.REJECTED, false);

  private static final Set<String> DENIED_NAMES =
      Set.of(
          "AccessDeniedException",
          "ExpiredTokenException",
          "IncompleteSignature",
          "InvalidClientTokenId",
          "InvalidSignatureException",
          "MissingAuthenticationTokenException",
          "NotAuthorized",
          "OptInRequired",
          "UnrecognizedClientException");
  private static final Set<String> NOT_FOUND_NAMES =
      Set.of(
          "ImageNotFoundException",
          "LayersNotFoundException",
          "ReferencedImagesNotFoundException",
          "RepositoryNotFoundException");
  private static final Set<String> CONFLICT_NAMES =
      Set.of("ImageTagAlreadyExistsException", "ImageDigestDoesNotMatchException");

  private final Code code;
  private final boolean retryable;

  FailureKind(Code code, boolean retryable) {
    this.code = code;
    this.retryable = retryable;
  }

  Code code() {
    return code;
  }

  /** Whether the same call may succeed later without any change. */
  boolean isRetryable() {
    return retryable;
  }

  /** Whether something other than the registry answered. */
  boolean isForeignAnswer() {
    return switch (this) {
      case GATEWAY_DENIED, GATEWAY_THROTTLED, GATEWAY_ERROR, GATEWAY_ANSWER -> true;
      default -> false;
    };
  }

  /**
   * The kind of a failure.
   *
   * @param exchange the request and its answer, if a request was sent
   */
  static FailureKind of(Throwable failure, Optional<Exchange> exchange) {
    if (failure instanceof AwsServiceException refusal) {
      return nameOf(refusal)
          .map(name -> ofRefusal(refusal, name))
          .orElseGet(() -> ofForeignAnswer(refusal.statusCode()));
    }
    if (has(failure, CredentialsException.class)) {
      return NO_CREDENTIALS;
    }
    if (has(failure, UntrustedPeerException.class)) {
      return UNTRUSTED;
    }
    if (has(failure, OversizeAnswerException.class)) {
      return GATEWAY_ANSWER;
    }
    if (failure instanceof TimeoutException
        || failure instanceof ApiCallTimeoutException
        || failure instanceof ApiCallAttemptTimeoutException) {
      return STALLED;
    }
    if (exchange.isPresent()) {
      int status = exchange.get().status();
      return status == Exchange.NO_STATUS ? CONNECTION : ofForeignAnswer(status);
    }
    if (has(failure, IOException.class)) {
      return CONNECTION;
    }
    return failure instanceof SdkException ? CALL_NOT_MADE : DEFECT;
  }

  /** The registry's name of an error. Only the registry's answers have one. */
  static Optional<String> nameOf(AwsServiceException refusal) {
    return Optional.ofNullable(refusal.awsErrorDetails()).map(AwsErrorDetails::errorCode);
  }

  private static FailureKind ofRefusal(AwsServiceException refusal, String name) {
    if (refusal.isThrottlingException()) {
      return THROTTLED;
    }
    if (NOT_FOUND_NAMES.contains(name)) {
      return NOT_FOUND;
    }
    if (CONFLICT_NAMES.contains(name)) {
      return CONFLICT;
    }
    int status = refusal.statusCode();
    if (DENIED_NAMES.contains(name) || status == 401 || status == 403) {
      return DENIED;
    }
    return status >= 500 ? REGISTRY_ERROR : REJECTED;
  }

  private static FailureKind ofForeignAnswer(int status) {
    return switch (status) {
      case 401, 403, 407 -> GATEWAY_DENIED;
      case 429 -> GATEWAY_THROTTLED;
      case 408 -> GATEWAY_ERROR;
      default -> status >= 500 ? GATEWAY_ERROR : GATEWAY_ANSWER;
    };
  }

  private static boolean has(@Nullable Throwable failure, Class<? extends Throwable> type) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return true;
      }
    }
    return false;
  }
}
