package io.github.ecrcontainerd.it.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The programs of one version of containerd.
 *
 * @param containerd the path of the daemon
 * @param ctr the path of its tool
 * @param environment of the daemon, whose {@code PATH} has its shims and runc
 */
record Binaries(String containerd, String ctr, Map<String, String> environment) {

  /** The programs in the directory of the system property {@code it.containerd}, or in the PATH. */
  static Binaries find() {
    String path = System.getenv("PATH");
    String chosen = System.getProperty("it.containerd", "");
    return in(chosen.isEmpty() ? path : chosen + ":" + path);
  }

  /**
   * The first ones in these directories.
   *
   * @throws AssertionError if one is missing; the message says what to do
   */
  static Binaries in(String search) {
    for (String needed : new String[] {"containerd-shim-runc-v2", "runc", "unshare", "nsenter"}) {
      require(needed, search);
    }
    return new Binaries(
        require("containerd", search), require("ctr", search), Map.of("PATH", search));
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

  /** The same programs with additional variables in the daemon's environment. */
  Binaries with(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(more);
    return new Binaries(containerd, ctr, Map.copyOf(all));
  }
}
