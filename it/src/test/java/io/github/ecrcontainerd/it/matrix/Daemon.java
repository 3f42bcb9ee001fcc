package io.github.ecrcontainerd.it.matrix;

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
