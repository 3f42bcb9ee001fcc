package io.github.ecrcontainerd.it.matrix;

import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import java.util.ArrayList;
import java.util.List;

/**
 * The tests that one JVM runs on a daemon.
 *
 * @param name the name of its log
 * @param tags which tests: an expression of JUnit's tags
 * @param overTls whether every Amazon ECR of the tests speaks TLS
 */
record TestGroup(Daemon daemon, String name, String tags, boolean overTls) {
  /** The tag of tests about a daemon in Docker, and the programs of such a daemon. */
  private static final String DOCKER = "docker";

  /** The tests that need no daemon. Tests of TLS among them have their own servers. */
  static TestGroup withoutDaemon() {
    return new TestGroup(
        Daemon.NONE,
        Daemon.NONE.name(),
        "!%s & !%s & !%s".formatted(WithContainerd.TAG, WithOneContainerd.TAG, DOCKER),
        false);
  }

  /**
   * The tests that need a daemon: on each daemon, or on the first. The first daemon and from there
   * on every other one use TLS, as ECR does: so each test for all daemons runs with TLS and
   * without.
   */
  static List<TestGroup> on(List<Daemon> daemons) {
    List<TestGroup> groups = new ArrayList<>();
    boolean overTls = true;
    for (Daemon daemon : daemons) {
      boolean inDocker = daemon.programs().equals(DOCKER);
      if (groups.isEmpty()) {
        // It starts first, because it takes longest.
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
