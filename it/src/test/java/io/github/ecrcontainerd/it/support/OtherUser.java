package io.github.ecrcontainerd.it.support;

import java.nio.file.Path;
import java.util.List;

/**
 * A user that a test plays, by setpriv(1). Needs root.
 *
 * <p>The JDK, the class path and the checkout may be below a home directory that no other user can
 * enter. So the user has one capability, to read what root may; it takes effect with the next
 * program that is started, which is env(1). The JDK also asks access(2), which knows no
 * capabilities of other users than root: it is mounted where all may enter, in a mount namespace of
 * the user's own.
 */
public final class OtherUser {
  /** The user {@code nobody} of Debian. */
  public static final int NOBODY = 65_534;

  /** Every system has this directory, and keeps it for mounts that come and go. */
  private static final Path JDK = Path.of("/mnt");

  private OtherUser() {}

  /** What to write before a command, for the user to run it. */
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

  /** The {@code java} of that JDK, behind the wrapper. */
  public static String java() {
    return JDK.resolve("bin").resolve("java").toString();
  }
}
