package io.github.ecrcontainerd.it.matrix;

import io.github.ecrcontainerd.it.daemon.WithContainerd;

/**
 * What tests run on.
 *
 * @param name how the table calls it: its version, mostly
 * @param programs what the system property {@code it.containerd} has to be: the directory of its
 *     programs, or {@code docker} for one in a container
 */
record Daemon(String name, String programs) {
  /** No daemon at all: a column of its own for the tests that need none. */
  static final Daemon NONE = new Daemon("none", "");

  /** The tag of tests that are about a daemon in Docker, and what it is called for them. */
  private static final String DOCKER = "docker";

  /** Which tests run on it: an expression of JUnit's tags. */
  String tests() {
    if (equals(NONE)) {
      return "!%s & !%s".formatted(WithContainerd.TAG, DOCKER);
    }
    return programs.equals(DOCKER)
        ? "%s | %s".formatted(WithContainerd.TAG, DOCKER)
        : "%s & !%s".formatted(WithContainerd.TAG, DOCKER);
  }

  /**
   * Reads the argument of the command line.
   *
   * @param argument {@code NAME=PROGRAMS}
   */
  static Daemon parse(String argument) {
    String[] words = argument.split("=", 2);
    if (words.length != 2) {
      throw new IllegalArgumentException("not NAME=DIRECTORY: " + argument);
    }
    return new Daemon(words[0], words[1]);
  }
}
