package io.github.ecrcontainerd.containerd.internal.ffm;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Extended attributes of files (xattr(7)); the JDK reads those of users alone. */
public final class ExtendedAttributes {
  private static final int CAP_SYS_ADMIN = 21;
  private static final Pattern CAPABILITIES =
      Pattern.compile("^CapEff:\\s*([0-9a-f]{1,16})$", Pattern.MULTILINE);

  /** All numbers of users as they are: the kernel's first user namespace (user_namespaces(7)). */
  private static final Pattern INITIAL_NAMESPACE = Pattern.compile("\\s*0\\s+0\\s+4294967295\\s*");

  private ExtendedAttributes() {}

  /**
   * Whether a file has an attribute; a symbolic link is not followed.
   *
   * @param name with its class: {@code trusted.overlay.opaque}
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

  /**
   * Whether the kernel shows this process attributes of the class {@code trusted}. To others it
   * says that there are none: only to a process with {@code CAP_SYS_ADMIN} in the first user
   * namespace does their absence mean something.
   */
  public static boolean showsTrusted() throws IOException {
    if (!NativeAccess.isAllowed()
        || !INITIAL_NAMESPACE.matcher(Files.readString(Path.of("/proc/self/uid_map"))).matches()) {
      return false;
    }
    var effective = CAPABILITIES.matcher(Files.readString(Path.of("/proc/self/status")));
    return effective.find()
        && (Long.parseUnsignedLong(effective.group(1), 16) >> CAP_SYS_ADMIN & 1) == 1;
  }
}
