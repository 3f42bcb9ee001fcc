package io.github.ecrcontainerd.resolver;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A registry could not do what it was asked for. The message is one line for the program's user:
 * what was asked, of which image, why it failed and what can be done. It never holds a secret: no
 * token, no key, no query of a signed URL.
 */
public final class ResolverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it is, for programs. */
  public enum Code {
    /** There is no such repository, image or blob. */
    NOT_FOUND,
    /** Credentials are missing, wrong or not enough. */
    DENIED,
    /** The registry asks to go slower, and did so for longer than we try. */
    THROTTLED,
    /** The registry or the way to it is out of order. */
    UNAVAILABLE,
    /** The registry's answer is not what it has to be: wrong length, wrong type, not JSON. */
    INVALID_CONTENT,
    /** What is there contradicts what is asked for: an immutable tag, another digest. */
    CONFLICT,
    /** The registry lost what it had of an upload: the blob can be written again from its start. */
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
   * A failure that may pass if its code is {@link Code#THROTTLED}, {@link Code#UNAVAILABLE} or
   * {@link Code#UPLOAD_LOST}.
   *
   * @param operation what was asked for, in the registry's words: {@code BatchGetImage}
   * @param reference of which image
   * @param digest of which manifest or blob of it, where it is about one
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
   * A failure of which more is known than its code says.
   *
   * @param retryable what {@link #isRetryable} says
   * @param operation what was asked for, in the registry's words: {@code BatchGetImage}
   * @param reference of which image
   * @param digest of which manifest or blob of it, where it is about one
   */
  public ResolverException(
      Code code,
      boolean retryable,
      String operation,
      String reference,
      @Nullable Digest digest,
      String message,
      @Nullable Throwable cause) {
    super(message, cause);
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
   * Whether the same call may succeed later although nothing was changed: not if the image doesn't
   * exist, credentials are wrong or a certificate isn't trusted. The resolver itself has retried
   * such a failure already, for seconds, before it throws this.
   */
  public boolean isRetryable() {
    return retryable;
  }

  /** What was asked for, in the registry's words: {@code BatchGetImage}. */
  public String operation() {
    return operation;
  }

  /** Of which image. */
  public String reference() {
    return reference;
  }

  /** Of which manifest or blob of it. */
  public Optional<Digest> digest() {
    return Optional.ofNullable(digest);
  }
}
