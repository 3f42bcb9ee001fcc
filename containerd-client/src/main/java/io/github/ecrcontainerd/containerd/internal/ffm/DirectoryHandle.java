package io.github.ecrcontainerd.containerd.internal.ffm;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory that stays open, whatever happens to the path that led to it. For one thread at a
 * time.
 */
public final class DirectoryHandle implements AutoCloseable {
  private final int descriptor;
  private boolean closed;

  private DirectoryHandle(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Opens a directory of another process's view, which is not this one's: a link on the way leads
   * where it leads for that process ({@code RESOLVE_IN_ROOT}, openat2(2)).
   *
   * @param root that process's root: {@code /proc/PID/root}
   * @param directory its path there
   * @throws IOException if it isn't there, or this process may not see it
   */
  public static DirectoryHandle open(Path root, String directory) throws IOException {
    if (!NativeAccess.isAllowed()) {
      throw new FileSystemException(directory, null, NativeAccess.REFUSED);
    }
    try (DirectoryHandle top =
        new DirectoryHandle(
            check(root.toString(), Libc.openat2(Libc.AT_FDCWD, root.toString(), Libc.O_PATH, 0)))) {
      DirectoryHandle opened =
          new DirectoryHandle(
              check(
                  directory,
                  Libc.openat2(top.descriptor, directory, Libc.O_PATH, Libc.RESOLVE_IN_ROOT)));
      if (!Files.isDirectory(opened.path())) {
        opened.close();
        throw new FileSystemException(directory, null, "it is no directory");
      }
      return opened;
    }
  }

  private static int check(String path, int result) throws FileSystemException {
    if (result < 0) {
      throw new FileSystemException(path, null, Libc.strerror(result));
    }
    return result;
  }

  /** The way to it for this process, while it is open. */
  public Path path() {
    return Path.of("/proc/self/fd", Integer.toString(descriptor));
  }

  @Override
  public void close() {
    // Its number may be another's by now.
    if (!closed) {
      closed = true;
      var _ = Libc.close(descriptor);
    }
  }
}
