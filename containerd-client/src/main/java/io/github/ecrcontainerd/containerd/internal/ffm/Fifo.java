package io.github.ecrcontainerd.containerd.internal.ffm;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Named pipes, which the JDK can open but not create. */
public final class Fifo {
  private static final int OWNER_ONLY = 0600;

  private Fifo() {}

  /** Creates a FIFO that only the user can open. */
  public static Path create(Path path) throws IOException {
    if (!NativeAccess.isAllowed()) {
      throw new FileSystemException(
          path.toString(), null, "no FIFO can be made: " + NativeAccess.REFUSED);
    }
    int result = Libc.mkfifo(path.toString(), OWNER_ONLY);
    if (result < 0) {
      throw new FileSystemException(
          path.toString(), null, "no FIFO can be made: " + Libc.strerror(result));
    }
    return path;
  }
}
