package io.github.ecrcontainerd.containerd;

import org.jspecify.annotations.Nullable;

/**
 * containerd could not do what it was asked for, or could not be asked. The message is one line for
 * the program's user: which call of which object, why it failed and what can be done.
 */
public final class ContainerdException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * What kind of failure it is, for programs: the status codes of gRPC, by their names, as
   * containerd uses them ("errdefs" in its source).
   */
  public enum Code {
    /** The call was given up, by the daemon or because its client was closed. */
    CANCELLED,
    /** The daemon gives no kind; a full disk is told so, with the words of the errno. */
    UNKNOWN,
    /** The daemon doesn't accept the request. */
    INVALID_ARGUMENT,
    /** No answer in time. */
    DEADLINE_EXCEEDED,
    /** There is no such object. */
    NOT_FOUND,
    /** There is such an object already. */
    ALREADY_EXISTS,
    /** The daemon doesn't allow it. */
    PERMISSION_DENIED,
    /** Something has run out: space, or the size of a message. */
    RESOURCE_EXHAUSTED,
    /** The state of the object forbids it: wrong size or digest, in use, not empty. */
    FAILED_PRECONDITION,
    /** Another change of the object came in between. */
    ABORTED,
    /** An offset outside of the object, or not at its end. */
    OUT_OF_RANGE,
    /** This containerd is too old, or lacks the plugin. */
    UNIMPLEMENTED,
    /** A fault in the daemon. */
    INTERNAL,
    /** There is no daemon, it went away, or the object is locked by another. */
    UNAVAILABLE,
    /** Content is damaged. */
    DATA_LOSS,
    /** The daemon wants to know who asks. */
    UNAUTHENTICATED
  }

  private final Code code;
  private final String call;
  private final String object;

  /**
   * @param call what was asked for, in the daemon's words: {@code Leases.Create}
   * @param object of which object, or {@code ""} where there is none
   * @param reason why it failed, and what can be done
   */
  public ContainerdException(
      Code code, String call, String object, String reason, @Nullable Throwable cause) {
    super((object.isEmpty() ? call : call + " " + object) + ": " + reason, cause);
    this.code = code;
    this.call = call;
    this.object = object;
  }

  public Code code() {
    return code;
  }

  /**
   * Whether the same call may succeed later although nothing was changed: the daemon is away or
   * busy, something of another client was in its way, or space may become free.
   */
  public boolean isRetryable() {
    return switch (code) {
      case DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE -> true;
      case CANCELLED,
          UNKNOWN,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          INTERNAL,
          DATA_LOSS,
          UNAUTHENTICATED ->
          false;
    };
  }

  /** What was asked for, in the daemon's words: {@code Leases.Create}. */
  public String call() {
    return call;
  }

  /** Of which object: an ID, a digest, a reference, a name; {@code ""} where there is none. */
  public String object() {
    return object;
  }
}
