package io.github.ecrcontainerd.containerd.internal.rpc;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Converts gRPC's statuses to the client's exceptions. */
final class Failures {
  /**
   * The kernel's words for ENOSPC and EDQUOT, with which the daemon's message ends: it has no
   * status for them. A file system without inodes says the same as one without space.
   */
  private static final Pattern FULL_DISK =
      Pattern.compile("(?:no space left on device|disk quota exceeded)$");

  private Failures() {}

  /** Returns {@code Leases.Create} for {@code containerd.services.leases.v1.Leases/Create}. */
  static String nameOf(MethodDescriptor<?, ?> method) {
    String name = method.getFullMethodName();
    return name.substring(name.lastIndexOf('.') + 1).replace('/', '.');
  }

  static ContainerdException of(
      Status told, String call, String object, String address, @Nullable Throwable cause) {
    Status status = inOurTerms(told);
    Code code = Code.valueOf(status.getCode().name());
    return new ContainerdException(code, call, object, reason(status, address), cause);
  }

  /** gRPC's okhttp transport reports INTERNAL for a connection that ends within a frame. */
  private static Status inOurTerms(Status status) {
    Throwable cause = status.getCause();
    return status.getCode() == Status.Code.INTERNAL
            && (cause instanceof EOFException || cause instanceof SocketException)
        ? Status.UNAVAILABLE.withCause(cause)
        : status;
  }

  private static String reason(Status status, String address) {
    String said = status.getDescription() == null ? "" : oneLine(status.getDescription());
    return switch (status.getCode()) {
      case UNAVAILABLE -> isOfTransport(status) ? unreachable(status, address) : said;
      case DEADLINE_EXCEEDED ->
          "containerd at " + address + " doesn't answer in time: is it stuck or very busy?";
      case UNIMPLEMENTED -> "this containerd is too old or lacks the plugin (" + said + ")";
      case CANCELLED -> said.isEmpty() ? "the call was cancelled" : said;
      default -> said.isEmpty() ? status.getCode().name() : advised(said);
    };
  }

  private static String advised(String said) {
    return FULL_DISK.matcher(said).find()
        ? said + ". Free space, or inodes, on containerd's disk (df, df -i)"
        : said;
  }

  /** Whether a status comes from the connection. The daemon's own statuses have no cause. */
  private static boolean isOfTransport(Status status) {
    String said = status.getDescription();
    return status.getCause() != null
        || said == null
        || said.startsWith("End of stream or IOException")
        || said.startsWith("Channel shutdown");
  }

  /**
   * Whether an established connection broke. The daemon may or may not have received the request.
   * If the daemon was restarted, a retry can succeed.
   */
  static boolean isBrokenConnection(Status told) {
    Status status = inOurTerms(told);
    return status.getCode() == Status.Code.UNAVAILABLE
        && isOfTransport(status)
        && !isClosedClient(status)
        && refusal(status).isEmpty();
  }

  private static boolean isClosedClient(Status status) {
    String said = status.getDescription();
    return said != null && said.startsWith("Channel shutdown");
  }

  /** Returns the transport's message if no connection could be made. */
  private static Optional<String> refusal(Status status) {
    for (Throwable t = status.getCause(); t != null; t = t.getCause()) {
      if (t instanceof ConnectException && t.getMessage() != null) {
        return Optional.of(t.getMessage());
      }
    }
    return Optional.empty();
  }

  private static String unreachable(Status status, String address) {
    return isClosedClient(status)
        ? "the client is closed"
        : refusal(status).orElse("containerd at " + address + " went away: is it running?");
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s*\\R\\s*", " ").strip();
  }
}
