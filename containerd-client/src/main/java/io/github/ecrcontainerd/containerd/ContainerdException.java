package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.VisibleText;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a call to containerd fails or containerd can't be reached. The message is one line for
 * the program's user: the call, the object, why it failed and what can be done.
 */
public final class ContainerdException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * The kind of failure, for programs: the names of gRPC's status codes, as containerd uses them
   * ("errdefs" in its source).
   */
  public enum Code {
    /** The call was cancelled by the daemon, or because the client was closed. */
    CANCELLED,
    /** The daemon states no kind. It reports a full disk this way, with the text of the errno. */
    UNKNOWN,
    /** The daemon doesn't accept the request. */
    INVALID_ARGUMENT,
    /** No answer within the deadline. */
    DEADLINE_EXCEEDED,
    /** There is no such object. */
    NOT_FOUND,
    /** The object exists already. */
    ALREADY_EXISTS,
    /** The daemon doesn't allow it. */
    PERMISSION_DENIED,
    /** A limit is exceeded: disk space, or the size of a message. */
    RESOURCE_EXHAUSTED,
    /** The state of the object forbids it: wrong size or digest, in use, not empty. */
    FAILED_PRECONDITION,
    /** The object was changed concurrently. */
    ABORTED,
    /** The offset is outside of the object, or not at its end. */
    OUT_OF_RANGE,
    /** This containerd is too old, or lacks the plugin. */
    UNIMPLEMENTED,
    /** A fault in the daemon. */
    INTERNAL,
    /** No daemon is running, the connection was lost, or another client has locked the object. */
    UNAVAILABLE,
    /** Content is damaged. */
    DATA_LOSS,
    /** The daemon requires authentication. */
    UNAUTHENTICATED
  }

  private final Code code;
  private final String call;
  private final String object;

  /**
   * @param call the daemon's name of the call: {@code Leases.Create}
   * @param object the object of the call, or {@code ""} if there is none
   * @param reason why it failed, and what can be done
   */
  public ContainerdException(
      Code code, String call, String object, String reason, @Nullable Throwable cause) {
    super(
        VisibleText.message((object.isEmpty() ? call : call + " " + object) + ": " + reason),
        cause);
    this.code = code;
    this.call = call;
    this.object = object;
  }

  public Code code() {
    return code;
  }

  /**
   * Whether the same call may succeed later without a change by the caller: the daemon is
   * unavailable or busy, another client interfered, or space may become free.
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

  /** The daemon's name of the call: {@code Leases.Create}. */
  public String call() {
    return call;
  }

  /** The object of the call: an ID, digest, reference or name; {@code ""} if there is none. */
  public String object() {
    return object;
  }
}
