package io.github.ecrcontainerd.it.matrix;

import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;

/**
 * What tests run on.
 *
 * @param name how the table calls it: its version, mostly
 * @param programs what the system property {@code it.containerd} has to be: the directory of its
 *     programs, or {@code docker} for one in a container
 * @param isFirst whether this is the one on which tests run that one daemon is enough for
 */
record Daemon(String name, String programs, boolean isFirst) {
  /** No daemon at all: a column of its own for the tests that need none. */
  static final Daemon NONE = new Daemon("none", "", false);

  /** The tag of tests that are about a daemon in Docker, and what it is called for them. */
  private static final String DOCKER = "docker";

  /** Which tests run on it: an expression of JUnit's tags. */
  String tests() {
    if (equals(NONE)) {
      return "!%s & !%s & !%s".formatted(WithContainerd.TAG, WithOneContainerd.TAG, DOCKER);
    }
    String tests =
        isFirst
            ? "(%s | %s)".formatted(WithContainerd.TAG, WithOneContainerd.TAG)
            : WithContainerd.TAG;
    return programs.equals(DOCKER)
        ? "%s | %s".formatted(tests, DOCKER)
        : "%s & !%s".formatted(tests, DOCKER);
  }

  /**
   * Reads the argument of the command line.
   *
   * @param argument {@code NAME=PROGRAMS}
   * @param isFirst whether there is none before it
   */
  static Daemon parse(String argument, boolean isFirst) {
    String[] words = argument.split("=", 2);
    if (words.length != 2) {
      throw new IllegalArgumentException("not NAME=DIRECTORY: " + argument);
    }
    return new Daemon(words[0], words[1], isFirst);
  }
}
