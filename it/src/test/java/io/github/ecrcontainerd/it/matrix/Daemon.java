package io.github.ecrcontainerd.it.matrix;

/**
 * A daemon that tests run on.
 *
 * @param name its name in the table: usually its version
 * @param programs the value of the system property {@code it.containerd}: the directory of its
 *     programs, or {@code docker} for one in a container
 */
record Daemon(String name, String programs) {
  /** No daemon: the column of the tests that need none. */
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
