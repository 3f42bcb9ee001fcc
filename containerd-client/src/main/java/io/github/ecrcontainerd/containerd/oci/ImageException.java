package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An image can't be used as it is: one of its documents is malformed, its bytes are not those that
 * its digests name, it has nothing for the platform that was asked for, or a part of it is missing.
 * The message is one line that says what is wrong with which part, and what the user can do.
 */
public final class ImageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** What kind of fault it is, for programs. */
  public enum Code {
    /** A document is no JSON, or not what its kind has to be. */
    MALFORMED,
    /** The image is valid, and asks for something that can't be done here. */
    UNSUPPORTED,
    /** Bytes or their number are not what the digest or the descriptor says. */
    DAMAGED,
    /** It has nothing for the platform that was asked for. */
    NO_PLATFORM,
    /** A part of it is not where it has to be. */
    INCOMPLETE,
    /**
     * It exceeds a bound: the size of a document, the depth of indexes, the number of referrers.
     */
    TOO_LARGE
  }

  private final Code code;
  private final @Nullable String reference;
  private final transient @Nullable Digest digest;

  /** A fault of an image as a whole, or of one whose name is not known. */
  public ImageException(Code code, String message) {
    this(code, null, null, message, null);
  }

  /** A fault of one document or blob. */
  public ImageException(Code code, @Nullable Digest digest, String message) {
    this(code, null, digest, message, null);
  }

  /**
   * @param reference the image's name, where it is known
   * @param digest of the document or blob that is wrong, where it is one
   */
  public ImageException(
      Code code,
      @Nullable String reference,
      @Nullable Digest digest,
      String message,
      @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.reference = reference;
    this.digest = digest;
  }

  public Code code() {
    return code;
  }

  /** The name of the image, where it is known. */
  public Optional<String> reference() {
    return Optional.ofNullable(reference);
  }

  /** The digest of the document or blob that is wrong, where it is one. */
  public Optional<Digest> digest() {
    return Optional.ofNullable(digest);
  }

  /**
   * Whether the same call may succeed later, without a change by the user. Only damaged content can
   * be right another time; it was already transferred twice.
   */
  public boolean isRetryable() {
    return code == Code.DAMAGED;
  }
}
