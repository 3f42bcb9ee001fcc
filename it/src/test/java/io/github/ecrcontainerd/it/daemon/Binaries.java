package io.github.ecrcontainerd.it.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The programs of one version of containerd.
 *
 * @param containerd the daemon's path
 * @param ctr its tool's
 * @param search where the daemon finds its shims, and they runc: a {@code PATH}
 */
record Binaries(String containerd, String ctr, String search) {

  /** Those in the directory that the system property {@code it.containerd} names, or the PATH's. */
  static Binaries find() {
    String path = System.getenv("PATH");
    String chosen = System.getProperty("it.containerd", "");
    return in(chosen.isEmpty() ? path : chosen + ":" + path);
  }

  /**
   * The first in these directories.
   *
   * @throws AssertionError if one is missing; the message says what to do
   */
  static Binaries in(String search) {
    for (String needed : new String[] {"containerd-shim-runc-v2", "runc", "unshare", "nsenter"}) {
      require(needed, search);
    }
    return new Binaries(require("containerd", search), require("ctr", search), search);
  }

  private static String require(String program, String search) {
    for (String place : search.split(":", -1)) {
      Path file = Path.of(place, program);
      if (Files.isExecutable(file)) {
        return file.toAbsolutePath().toString();
      }
    }
    throw new AssertionError(
        "%s is not installed (looked in %s): run bin/setup as root".formatted(program, search));
  }

  /** What to add to the environment of the daemon. */
  Map<String, String> environment() {
    return Map.of("PATH", search);
  }
}
