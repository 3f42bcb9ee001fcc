package io.github.ecrcontainerd.resolver;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A registry could not do what it was asked for. The message is one line for whoever runs the
 * program: what was asked, of which image, why it failed and what can be done. It never holds a
 * secret: no token, no key, no query of a signed URL.
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
  private final String operation;
  private final String reference;
  private final transient @Nullable Digest digest;

  /**
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
    super(message, cause);
    this.code = code;
    this.operation = operation;
    this.reference = reference;
    this.digest = digest;
  }

  public Code code() {
    return code;
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
