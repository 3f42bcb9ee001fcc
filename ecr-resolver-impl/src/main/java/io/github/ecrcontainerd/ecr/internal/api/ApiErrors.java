package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ecr.model.EcrException;

/**
 * What went wrong in a call, in the words of the domain. The names of errors are those of the
 * Amazon ECR API reference ("Errors" of each operation, and "Common Error Types").
 */
final class ApiErrors {
  private static final Set<String> DENIED =
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
  private static final Set<String> NOT_FOUND =
      Set.of(
          "ImageNotFoundException",
          "LayersNotFoundException",
          "ReferencedImagesNotFoundException",
          "RepositoryNotFoundException");
  private static final Set<String> CONFLICT =
      Set.of("ImageTagAlreadyExistsException", "ImageDigestDoesNotMatchException");

  /** Instead of the SDK's words, which list every provider of its chain. */
  private static final String NO_CREDENTIALS =
      "no AWS credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or"
          + " AWS_PROFILE, or run where a role provides them";

  private ApiErrors() {}

  static ResolverException explain(
      String operation, EcrReference reference, @Nullable Digest digest, Throwable cause) {
    if (cause instanceof EcrException answer && answer.awsErrorDetails() != null) {
      return new ResolverException(
          codeOf(answer),
          operation,
          reference.toString(),
          digest,
          "%s of %s failed: %s"
              .formatted(operation, subject(reference, digest), wordsOf(reference, answer)),
          Redaction.withoutSecrets(cause));
    }
    boolean noCredentials = said(cause).contains("credentials");
    boolean fromOutside = cause instanceof SdkException || cause instanceof IOException;
    return new ResolverException(
        noCredentials ? Code.DENIED : fromOutside ? Code.UNAVAILABLE : Code.REJECTED,
        operation,
        reference.toString(),
        digest,
        "%s of %s failed: %s"
            .formatted(
                operation,
                subject(reference, digest),
                noCredentials ? NO_CREDENTIALS : rootOf(cause)),
        Redaction.withoutSecrets(cause));
  }

  private static String subject(EcrReference reference, @Nullable Digest digest) {
    return digest == null || reference.digest().filter(digest::equals).isPresent()
        ? reference.toString()
        : digest + " in " + reference;
  }

  private static Code codeOf(EcrException answer) {
    String name = answer.awsErrorDetails().errorCode();
    if (answer.isThrottlingException()) {
      return Code.THROTTLED;
    }
    if (NOT_FOUND.contains(name)) {
      return Code.NOT_FOUND;
    }
    if (CONFLICT.contains(name)) {
      return Code.CONFLICT;
    }
    if (DENIED.contains(name) || answer.statusCode() == 403 || answer.statusCode() == 401) {
      return Code.DENIED;
    }
    return answer.statusCode() >= 500 ? Code.UNAVAILABLE : Code.REJECTED;
  }

  private static String wordsOf(EcrReference reference, EcrException answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    String name = details.errorCode();
    if ("RepositoryNotFoundException".equals(name)) {
      return "registry %s has no repository %s in %s"
          .formatted(reference.account(), reference.repository(), reference.region());
    }
    return details.errorMessage() == null
        ? name
        : name + ": " + Redaction.of(details.errorMessage());
  }

  /** The innermost message: the SDK wraps "connection refused" several times. */
  private static String rootOf(Throwable cause) {
    Throwable inner = cause;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    return Redaction.of(said(inner).isEmpty() ? inner.getClass().getSimpleName() : said(inner));
  }

  private static String said(Throwable cause) {
    return cause.getMessage() == null ? "" : cause.getMessage();
  }
}
