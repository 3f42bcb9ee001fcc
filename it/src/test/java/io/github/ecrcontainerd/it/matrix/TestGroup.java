package io.github.ecrcontainerd.it.matrix;

import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import java.util.ArrayList;
import java.util.List;

/**
 * The tests that one JVM runs on a daemon.
 *
 * @param name what its log is called
 * @param tags which tests: an expression of JUnit's tags
 */
record TestGroup(Daemon daemon, String name, String tags) {
  /** The tag of tests that are about a daemon in Docker, and what it is called for them. */
  private static final String DOCKER = "docker";

  /** The tests that need no daemon. */
  static TestGroup withoutDaemon() {
    return new TestGroup(
        Daemon.NONE,
        Daemon.NONE.name(),
        "!%s & !%s & !%s".formatted(WithContainerd.TAG, WithOneContainerd.TAG, DOCKER));
  }

  /** The tests that need a daemon: on each, or on the first. */
  static List<TestGroup> on(List<Daemon> daemons) {
    List<TestGroup> groups = new ArrayList<>();
    for (Daemon daemon : daemons) {
      boolean inDocker = daemon.programs().equals(DOCKER);
      if (groups.isEmpty()) {
        // First of all, because it takes longest.
        groups.add(new TestGroup(daemon, daemon.name() + "-one", WithOneContainerd.TAG));
      }
      groups.add(
          new TestGroup(
              daemon,
              daemon.name(),
              "%s %s %s".formatted(WithContainerd.TAG, inDocker ? "|" : "& !", DOCKER)));
    }
    return groups;
  }
}
