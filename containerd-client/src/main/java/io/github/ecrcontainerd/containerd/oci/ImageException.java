package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.VisibleText;
import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if an image can't be used: a document is malformed, bytes don't match their digest, the
 * image has nothing for the requested platform, or a part is missing. The message is one line that
 * names the part, the problem, and what the user can do.
 */
public final class ImageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The kind of fault, for programs. */
  public enum Code {
    /** A document is not JSON, or not valid for its kind. */
    MALFORMED,
    /** The image is valid, but needs something that this library doesn't support. */
    UNSUPPORTED,
    /** The digest or size of content doesn't match its descriptor. */
    DAMAGED,
    /** The image has nothing for the requested platform. */
    NO_PLATFORM,
    /** A part of the image is missing. */
    INCOMPLETE,
    /**
     * The image exceeds a limit: the size of a document, the depth of indexes, the number of
     * referrers.
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
   * @param reference the image's name, if known
   * @param digest of the faulty document or blob, if the fault is in one
   */
  public ImageException(
      Code code,
      @Nullable String reference,
      @Nullable Digest digest,
      String message,
      @Nullable Throwable cause) {
    super(VisibleText.message(message), cause);
    this.code = code;
    this.reference = reference;
    this.digest = digest;
  }

  public Code code() {
    return code;
  }

  /** The name of the image, if known. */
  public Optional<String> reference() {
    return Optional.ofNullable(reference);
  }

  /** The digest of the faulty document or blob, if the fault is in one. */
  public Optional<Digest> digest() {
    return Optional.ofNullable(digest);
  }

  /**
   * Whether the same call may succeed later, without a change by the user. This is true only for
   * damaged content, which was already transferred twice.
   */
  public boolean isRetryable() {
    return code == Code.DAMAGED;
  }
}
