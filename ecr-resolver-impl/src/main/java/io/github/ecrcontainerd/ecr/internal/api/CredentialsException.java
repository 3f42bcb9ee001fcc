package io.github.ecrcontainerd.ecr.internal.api;

import software.amazon.awssdk.core.exception.SdkClientException;

/** There are no credentials to sign a call with. */
final class CredentialsException extends SdkClientException {
  private static final long serialVersionUID = 1L;

  CredentialsException(Throwable cause) {
    super(builder().message("no AWS credentials").cause(cause));
  }
}
