package io.github.ecrcontainerd.it.matrix;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The results of the tests of one class.
 *
 * @param test the class, without its package
 * @param passed how many tests passed
 * @param failed the tests that failed, and failures of the class itself
 * @param skipped the tests that were not run, or gave up because something was missing
 * @param seconds from its start to its end
 */
record ClassResult(
    String test, int passed, List<Problem> failed, List<Problem> skipped, double seconds) {
  /** The only valid reason to skip a test: the daemon lacks a feature. */
  private static final Pattern WHAT_A_DAEMON_LACKS = Pattern.compile("containerd .*\\bhas no .*");

  /**
   * A test that did not pass.
   *
   * @param test the method and its arguments
   * @param reason the reason, in one line
   * @param trace the stack trace, or empty
   */
  record Problem(String test, String reason, String trace) {}

  /** The result in place of all classes that could not run. */
  static ClassResult broken(String reason) {
    return new ClassResult("Suite", 0, List.of(new Problem("run", reason, "")), List.of(), 0);
  }

  /** The worst outcome of a test. */
  String outcome() {
    if (!failed.isEmpty()) {
      return "failed";
    }
    return skipped.isEmpty() ? "passed" : "skipped";
  }

  /** Why it has not passed; empty if it has. */
  String reason() {
    return Stream.concat(failed.stream(), skipped.stream())
        .map(problem -> problem.test() + ": " + problem.reason())
        .collect(Collectors.joining("; "));
  }

  /** Whether no test failed, and none was skipped that the daemon supports. */
  boolean isRight() {
    return failed.isEmpty()
        && skipped.stream().allMatch(test -> WHAT_A_DAEMON_LACKS.matcher(test.reason()).matches());
  }

  /** The numbers of its tests by outcome. */
  String counts() {
    String counts = passed + " passed";
    if (!failed.isEmpty()) {
      counts += ", " + failed.size() + " failed";
    }
    if (!skipped.isEmpty()) {
      counts += ", " + skipped.size() + " skipped";
    }
    return counts;
  }
}
