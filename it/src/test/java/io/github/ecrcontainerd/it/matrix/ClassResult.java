package io.github.ecrcontainerd.it.matrix;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What came of the tests of one class.
 *
 * @param test the class, without its package
 * @param passed how many tests did
 * @param failed those that didn't, and what the class itself couldn't do
 * @param skipped those that were not run, or gave up because something was missing
 * @param seconds from its start to its end
 */
record ClassResult(
    String test, int passed, List<Problem> failed, List<Problem> skipped, double seconds) {
  /** The one reason to skip a test that counts: a daemon can't be asked for what it hasn't got. */
  private static final Pattern WHAT_A_DAEMON_LACKS = Pattern.compile("containerd .*\\bhas no .*");

  /**
   * A test that did not pass.
   *
   * @param test the method, and what it was called with
   * @param reason why not, in one line
   * @param trace the stack trace, or empty
   */
  record Problem(String test, String reason, String trace) {}

  /** What stands for all classes that could not run, and says why. */
  static ClassResult broken(String reason) {
    return new ClassResult("Suite", 0, List.of(new Problem("run", reason, "")), List.of(), 0);
  }

  /** What it is as a whole: the worst that came of a test. */
  String outcome() {
    if (!failed.isEmpty()) {
      return "failed";
    }
    return skipped.isEmpty() ? "passed" : "skipped";
  }

  /** Why it is not passed; empty if it is. */
  String reason() {
    return Stream.concat(failed.stream(), skipped.stream())
        .map(problem -> problem.test() + ": " + problem.reason())
        .collect(Collectors.joining("; "));
  }

  /** Whether nothing went wrong, and nothing was skipped that the daemon can do. */
  boolean isRight() {
    return failed.isEmpty()
        && skipped.stream().allMatch(test -> WHAT_A_DAEMON_LACKS.matcher(test.reason()).matches());
  }

  /** How many of its tests came to what. */
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
