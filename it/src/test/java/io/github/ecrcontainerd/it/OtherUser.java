package io.github.ecrcontainerd.it;

import java.nio.file.Path;
import java.util.List;

/**
 * A user that a test plays, by setpriv(1). Needs root.
 *
 * <p>The user has one capability, to read what root may: the JDK and the class path may be below a
 * home directory that no other user can enter. It takes effect with the next program that is
 * started, so setpriv itself couldn't start one from there: env(1) does.
 */
final class OtherUser {
  /** The user {@code nobody} of Debian. */
  static final int NOBODY = 65_534;

  private OtherUser() {}

  /** What to write before a command, for the user to run it. */
  static List<String> wrapper(int uid) {
    return List.of(
        "setpriv",
        "--reuid=" + uid,
        "--regid=" + uid,
        "--clear-groups",
        "--inh-caps=-all,+dac_read_search",
        "--ambient-caps=-all,+dac_read_search",
        "env");
  }

  /** The JDK's {@code java}. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
