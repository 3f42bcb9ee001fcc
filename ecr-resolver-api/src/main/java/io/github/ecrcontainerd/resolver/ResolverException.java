package io.github.ecrcontainerd.resolver;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request to a registry failed. The message is one line for the program's user: what was
 * requested, for which image, why it failed and what can be done. It has at most 2,500 characters.
 * It never contains a secret: no token, no key, no query of a signed URL. A control character in
 * text from outside is replaced by a visible form ({@link VisibleText}).
 */
public final class ResolverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The kind of failure, for programs. */
  public enum Code {
    /** There is no such repository, image or blob. */
    NOT_FOUND,
    /** Credentials are missing, wrong or insufficient. */
    DENIED,
    /** The registry throttled the requests for longer than the resolver retries. */
    THROTTLED,
    /** The registry or the network to it is not working. */
    UNAVAILABLE,
    /** The registry's answer is invalid: wrong length, wrong type, not JSON. */
    INVALID_CONTENT,
    /** The request conflicts with existing content: an immutable tag, another digest. */
    CONFLICT,
    /** The registry lost an upload: the blob can be written again from its start. */
    UPLOAD_LOST,
    /** The registry doesn't accept the request. */
    REJECTED
  }

  private final Code code;
  private final boolean retryable;
  private final String operation;
  private final String reference;
  private final transient @Nullable Digest digest;

  /**
   * A failure that is retryable if its code is {@link Code#THROTTLED}, {@link Code#UNAVAILABLE} or
   * {@link Code#UPLOAD_LOST}.
   *
   * @param operation the registry's name of the operation: {@code BatchGetImage}
   * @param reference the image that was requested
   * @param digest the manifest or blob that the failure is about, if there is one
   */
  public ResolverException(
      Code code,
      String operation,
      String reference,
      @Nullable Digest digest,
      String message,
      @Nullable Throwable cause) {
    this(code, mayPass(code), operation, reference, digest, message, cause);
  }

  /**
   * A failure that is marked as retryable or not, independently of its code.
   *
   * @param retryable what {@link #isRetryable} returns
   * @param operation the registry's name of the operation: {@code BatchGetImage}
   * @param reference the image that was requested
   * @param digest the manifest or blob that the failure is about, if there is one
   */
  public ResolverException(
      Code code,
      boolean retryable,
      String operation,
      String reference,
      @Nullable Digest digest,
      String message,
      @Nullable Throwable cause) {
    super(VisibleText.message(message), cause);
    this.code = code;
    this.retryable = retryable;
    this.operation = operation;
    this.reference = reference;
    this.digest = digest;
  }

  private static boolean mayPass(Code code) {
    return switch (code) {
      case THROTTLED, UNAVAILABLE, UPLOAD_LOST -> true;
      case NOT_FOUND, DENIED, INVALID_CONTENT, CONFLICT, REJECTED -> false;
    };
  }

  public Code code() {
    return code;
  }

  /**
   * Whether the same call may succeed later without any change. It is false if the image doesn't
   * exist, credentials are wrong or a certificate isn't trusted. The resolver has already retried a
   * retryable failure for some seconds before it throws this exception.
   */
  public boolean isRetryable() {
    return retryable;
  }

  /** The registry's name of the operation: {@code BatchGetImage}. */
  public String operation() {
    return operation;
  }

  /** The image that was requested. */
  public String reference() {
    return reference;
  }

  /** The manifest or blob that the failure is about, if there is one. */
  public Optional<Digest> digest() {
    return Optional.ofNullable(digest);
  }
}
