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
 * @param overTls whether every Amazon ECR of the tests speaks TLS
 */
record TestGroup(Daemon daemon, String name, String tags, boolean overTls) {
  /** The tag of tests that are about a daemon in Docker, and what it is called for them. */
  private static final String DOCKER = "docker";

  /** The tests that need no daemon. Those of them that are about TLS have servers of their own. */
  static TestGroup withoutDaemon() {
    return new TestGroup(
        Daemon.NONE,
        Daemon.NONE.name(),
        "!%s & !%s & !%s".formatted(WithContainerd.TAG, WithOneContainerd.TAG, DOCKER),
        false);
  }

  /**
   * The tests that need a daemon: on each, or on the first. On the first, and from there on every
   * other, over TLS, as ECR is: so each test that there is for all daemons runs with TLS and
   * without.
   */
  static List<TestGroup> on(List<Daemon> daemons) {
    List<TestGroup> groups = new ArrayList<>();
    boolean overTls = true;
    for (Daemon daemon : daemons) {
      boolean inDocker = daemon.programs().equals(DOCKER);
      if (groups.isEmpty()) {
        // First of all, because it takes longest.
        groups.add(new TestGroup(daemon, daemon.name() + "-one", WithOneContainerd.TAG, overTls));
      }
      groups.add(
          new TestGroup(
              daemon,
              daemon.name(),
              "%s %s %s".formatted(WithContainerd.TAG, inDocker ? "|" : "& !", DOCKER),
              overTls));
      overTls = !overTls;
    }
    return groups;
  }
}
