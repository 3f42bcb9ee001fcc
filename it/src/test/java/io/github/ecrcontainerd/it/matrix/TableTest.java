package io.github.ecrcontainerd.it.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.matrix.ClassResult.Problem;
import io.github.ecrcontainerd.it.matrix.Table.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final Daemon OLD = new Daemon("1.6.20", "/old");
  private static final Daemon NEW = new Daemon("2.1.9", "/new");

  private final Table table = new Table(List.of(OLD, NEW));

  private static ClassResult passed(String test) {
    return new ClassResult(test, 3, List.of(), List.of(), 1);
  }

  private static ClassResult failed(String test, String reason) {
    return new ClassResult(test, 2, List.of(new Problem("b()", reason, "")), List.of(), 1);
  }

  private static ClassResult skipped(String test, String reason) {
    return new ClassResult(test, 2, List.of(), List.of(new Problem("c()", reason, "")), 1);
  }

  @Test
  void showsEachClassBesideEachDaemon() {
    table.add(OLD, passed("PullIT"));
    table.add(NEW, passed("PullIT"));
    table.add(OLD, failed("LateIT", "no"));

    assertThat(table.lines())
        .containsExactly(
            "test class  1.6.20              2.1.9",
            "LateIT      2 passed, 1 failed",
            "PullIT      3 passed            3 passed");
    assertThat(table.passed()).isEqualTo(8);
  }

  @Test
  void tellsTheWorstOfAClassAndWhy() {
    table.add(OLD, skipped("PullIT", "containerd 1.6.20 has no transfer service"));
    table.add(NEW, failed("PullIT", "no"));

    assertThat(table.outcomes())
        .containsExactly(
            new Outcome(
                "1.6.20", "PullIT", "skipped", "c(): containerd 1.6.20 has no transfer service"),
            new Outcome("2.1.9", "PullIT", "failed", "b(): no"));
  }

  @Test
  void takesASkippedTestOnlyForWhatADaemonLacks() {
    table.add(OLD, skipped("PullIT", "containerd 1.6.20 has no transfer service"));
    table.add(NEW, passed("PullIT"));
    assertThat(table.complaints(List.of())).isEmpty();

    table.add(NEW, skipped("PullIT", "it is Monday"));
    assertThat(table.complaints(List.of()))
        .containsExactly("2.1.9, PullIT skipped: c(): it is Monday");
  }

  @Test
  void complainsOfWhatFailedAndOfWhatDidNotRun() {
    table.add(OLD, failed("PullIT", "no"));
    assertThat(table.complaints(List.of()))
        .containsExactly("1.6.20, PullIT failed: b(): no", "no test ran on 2.1.9");

    table.add(NEW, ClassResult.broken("the JVM ended with status 137"));
    assertThat(table.complaints(List.of()))
        .contains("2.1.9, Suite failed: run: the JVM ended with status 137");
  }

  @Test
  void complainsOfANameThatIsNoClass() {
    table.add(OLD, passed("PullIT"));
    table.add(NEW, passed("PullIT"));

    assertThat(table.complaints(List.of("PullIT", "PulIT")))
        .containsExactly("there is no test class PulIT");
  }
}
