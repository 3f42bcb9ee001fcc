package io.github.ecrcontainerd.ecr.internal.api;

import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** There are no credentials to sign a call with. */
final class CredentialsException extends SdkClientException {
  private static final long serialVersionUID = 1L;

  CredentialsException(Throwable cause) {
    super(builder().message("no AWS credentials were found: " + reasonOf(cause)).cause(cause));
  }

  /** The message without the SDK's wrapper, which only says that there was an exception. */
  private static String reasonOf(Throwable cause) {
    Throwable inner =
        cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
    return String.valueOf(inner.getMessage());
  }
}
