package io.github.ecrcontainerd.containerd.internal.ffm;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Extended attributes of files (xattr(7)). The JDK reads only those of the class {@code user}. */
public final class ExtendedAttributes {
  private ExtendedAttributes() {}

  /**
   * Whether a file has an attribute; a symbolic link is not followed.
   *
   * @param name the name with its class: {@code trusted.overlay.opaque}
   */
  public static boolean has(Path file, String name) throws IOException {
    long size = Libc.lgetxattr(file.toString(), name);
    if (size == -Libc.ENODATA || size == -Libc.EOPNOTSUPP) {
      return false;
    }
    if (size < 0) {
      throw new FileSystemException(file.toString(), null, Libc.strerror(size));
    }
    return true;
  }
}
