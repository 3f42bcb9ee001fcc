package io.github.ecrcontainerd.it.support;

import java.nio.file.Path;
import java.util.List;

/**
 * Another user that a test runs a command as, by setpriv(1). Needs root.
 *
 * <p>The JDK, the class path and the checkout may be below a home directory that no other user can
 * enter. So the user has one capability, to read what root may. It takes effect with the next
 * program that is started, which is env(1). The JDK also calls access(2), which ignores the
 * capabilities of users other than root: so the JDK is mounted where all users may enter, in the
 * user's own mount namespace.
 */
public final class OtherUser {
  /** The user {@code nobody} of Debian. */
  public static final int NOBODY = 65_534;

  /** Every system has this directory, for temporary mounts. */
  private static final Path JDK = Path.of("/mnt");

  private OtherUser() {}

  /** The start of a command line that runs a command as the user. */
  public static List<String> wrapper(int uid) {
    return List.of(
        "unshare",
        "--mount",
        "--propagation",
        "slave",
        "sh",
        "-c",
        "mount --bind \"$1\" \"$2\" && shift 2 && exec \"$@\"",
        "sh",
        System.getProperty("java.home"),
        JDK.toString(),
        "setpriv",
        "--reuid=" + uid,
        "--regid=" + uid,
        "--clear-groups",
        "--inh-caps=-all,+dac_read_search",
        "--ambient-caps=-all,+dac_read_search",
        "env");
  }

  /** The JDK's {@code java}, as commands after the wrapper see it. */
  public static String java() {
    return JDK.resolve("bin").resolve("java").toString();
  }
}
