package io.github.ecrcontainerd.containerd.internal.ffm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the capabilities of a process (capabilities(7)). */
public final class Capabilities {
  private static final long SYS_ADMIN = 1L << 21;

  /** CHOWN, DAC_OVERRIDE, FOWNER, FSETID, MKNOD, SETFCAP, and SYS_ADMIN for overlayfs's marks. */
  private static final long FILES_OF_ALL =
      1L | (1L << 1) | (1L << 3) | (1L << 4) | (1L << 27) | (1L << 31) | SYS_ADMIN;

  private static final Path SELF = Path.of("/proc/self");
  private static final Pattern EFFECTIVE =
      Pattern.compile("^CapEff:\\s*([0-9a-f]{1,16})$", Pattern.MULTILINE);

  /**
   * The identity mapping of all user IDs: the kernel's first user namespace (user_namespaces(7)).
   */
  private static final Pattern FIRST_NAMESPACE = Pattern.compile("\\s*0\\s+0\\s+4294967295\\s*");

  private Capabilities() {}

  /**
   * Whether the kernel shows this process extended attributes of the class {@code trusted}. The
   * kernel reports them as absent to a process without {@code CAP_SYS_ADMIN} in the first user
   * namespace.
   */
  public static boolean showTrustedAttributes() throws IOException {
    return NativeAccess.isAllowed() && isInFirstNamespace(SELF) && has(SYS_ADMIN);
  }

  /** Whether this process may create files of all types for all users, as a daemon of root may. */
  public static boolean letMakeFilesOfAll() throws IOException {
    return NativeAccess.isAllowed() && isInFirstNamespace(SELF) && has(FILES_OF_ALL);
  }

  /** Whether a process is in the kernel's first user namespace. */
  public static boolean isInFirstNamespace(Path process) throws IOException {
    return FIRST_NAMESPACE.matcher(Files.readString(process.resolve("uid_map"))).matches();
  }

  private static boolean has(long all) throws IOException {
    Matcher effective = EFFECTIVE.matcher(Files.readString(SELF.resolve("status")));
    return effective.find() && (Long.parseUnsignedLong(effective.group(1), 16) & all) == all;
  }
}
