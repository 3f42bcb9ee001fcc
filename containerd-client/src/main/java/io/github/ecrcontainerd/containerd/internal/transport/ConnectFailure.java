package io.github.ecrcontainerd.containerd.internal.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The error messages of a failed connect, shared by all transports. */
public final class ConnectFailure {
  /** How long to wait for a daemon that listens but doesn't accept. */
  public static final int SECONDS = 5;

  private static final int S_IFMT = 0xF000;
  private static final int S_IFSOCK = 0xC000;

  private ConnectFailure() {}

  /** The path has more bytes than the transport can pass to the kernel. */
  public static ConnectException pathTooLong(Path path, int bytes, int most) {
    return new ConnectException(
        "the path of a unix socket has at most %d bytes; this one has %d: %s"
            .formatted(most, bytes, path));
  }

  /** No file exists at the path. */
  public static ConnectException notThere(Path path) {
    return new ConnectException("no containerd at " + path + ": is it running?");
  }

  /** No process listens, or the file is not a socket: Linux reports the same error for both. */
  public static ConnectException refused(Path path) {
    return isSocket(path) ? notThere(path) : new ConnectException(path + " is not a socket");
  }

  private static boolean isSocket(Path path) {
    try {
      Integer mode = (Integer) Files.getAttribute(path, "unix:mode", new LinkOption[0]);
      return mode != null && (mode & S_IFMT) == S_IFSOCK;
    } catch (IOException e) {
      return true; // Deleted meanwhile, so its type is unknown.
    }
  }

  /** The user has no permission. */
  public static ConnectException denied(Path path) {
    return new ConnectException(
        "permission denied on " + path + ": run as root or join the socket's group");
  }

  /** The peer listens, but its backlog was full for {@link #SECONDS}. */
  public static ConnectException notAccepted(Path path) {
    return new ConnectException(
        "containerd at %s accepts no connection for %d s: is it stuck?".formatted(path, SECONDS));
  }

  /** Any other failure. */
  public static ConnectException other(Path path, String reason) {
    return new ConnectException("can't connect to " + path + ": " + reason);
  }
}
