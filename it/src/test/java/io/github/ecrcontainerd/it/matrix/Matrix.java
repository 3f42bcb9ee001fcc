package io.github.ecrcontainerd.it.matrix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The program that {@code bin/verify} starts. It runs the integration tests that need a daemon on
 * each of some daemons, or on the first of them, and the others once, whether tests fail or not. It
 * prints a table of the results, and writes it to {@code target/daemons.json}.
 */
final class Matrix {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** Tests wait most of their time, so two suites take little longer than one. */
  private static final int AT_A_TIME = 2;

  private static final Path LOGS = Path.of("target", "daemons");
  private static final Path TABLE = Path.of("..", "target", "daemons.json");

  /** Every Amazon ECR of all tests speaks TLS. */
  private static final String TLS = "--tls";

  private final List<Daemon> daemons = new ArrayList<>();
  private final List<String> classes = new ArrayList<>();
  private final Table table;
  private final Set<SuiteRun> running = new HashSet<>();
  private final boolean overTls;
  private boolean ended;

  private Matrix(String[] args) {
    for (String arg : args) {
      if (arg.startsWith("--daemon=")) {
        daemons.add(Daemon.parse(arg.substring("--daemon=".length())));
      } else if (!arg.equals(TLS)) {
        classes.add(arg);
      }
    }
    overTls = List.of(args).contains(TLS);
    List<Daemon> columns = new ArrayList<>(List.of(Daemon.NONE));
    columns.addAll(daemons);
    table = new Table(columns);
  }

  /**
   * Exits with 0 if all tests have passed on all daemons, except for what a daemon lacks.
   *
   * @param args {@code --daemon=NAME=PROGRAMS...}, {@code --tls}, and the names of test classes;
   *     without names, all
   */
  public static void main(String[] args) throws Exception {
    Matrix matrix = new Matrix(args);
    Thread hook = new Thread(matrix::end, "matrix-end");
    Runtime.getRuntime().addShutdownHook(hook);
    matrix.run();
    System.exit(matrix.isRight() ? 0 : 1);
  }

  private void run() throws IOException, InterruptedException, ExecutionException {
    Files.createDirectories(LOGS);
    // Alone: some of these measure time.
    run(TestGroup.withoutDaemon());
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
      List<Future<?>> runs = new ArrayList<>();
      for (TestGroup tests : TestGroup.on(daemons)) {
        runs.add(
            threads.submit(
                () -> {
                  run(tests);
                  return tests;
                }));
      }
      for (Future<?> run : runs) {
        var _ = run.get();
      }
    }
  }

  private void run(TestGroup tests) throws InterruptedException {
    Path log = LOGS.resolve(tests.name() + ".log").toAbsolutePath().normalize();
    SuiteRun suite;
    synchronized (this) {
      if (ended) {
        return;
      }
      suite = new SuiteRun(tests, classes, isOverTls(tests), log);
      running.add(suite);
    }
    try (suite) {
      suite.await(result -> add(tests, result));
    } catch (IllegalStateException | UncheckedIOException e) {
      add(tests, ClassResult.broken(String.valueOf(e.getMessage())));
    }
    synchronized (this) {
      running.remove(suite);
    }
  }

  private boolean isOverTls(TestGroup tests) {
    return overTls || tests.overTls();
  }

  private synchronized void add(TestGroup tests, ClassResult result) {
    if (ended) {
      return;
    }
    table.add(tests.daemon(), result);
    System.out.printf(
        "%-8s %-28s %s in %.1f s%s%n",
        tests.daemon().name(),
        result.test(),
        result.counts(),
        result.seconds(),
        isOverTls(tests) ? ", over TLS" : "");
    // The log has the traces of all failures.
    result.failed().stream()
        .limit(1)
        .forEach(
            problem ->
                System.out.printf("%s.%s:%n%s%n", result.test(), problem.test(), problem.trace()));
  }

  /** Prints and writes the results, and returns whether they are as required. */
  private synchronized boolean isRight() throws IOException {
    if (ended) {
      return false;
    }
    System.out.println();
    table.lines().forEach(System.out::println);
    table.outcomes().stream()
        .filter(outcome -> outcome.outcome().equals("skipped"))
        .forEach(System.out::println);
    Files.createDirectories(TABLE.getParent());
    Files.write(TABLE, JSON.writeValueAsBytes(table.outcomes()));
    List<String> complaints = table.complaints(classes);
    if (complaints.isEmpty()) {
      System.out.printf(
          "%nAll %d integration tests passed, each class on each daemon that it needs.%n",
          table.passed());
      return true;
    }
    System.out.printf("%nNot right:%n");
    complaints.forEach(System.out::println);
    return false;
  }

  /** On Ctrl-C and SIGTERM: ends the running suites and their daemons, and starts no other. */
  private void end() {
    Set<SuiteRun> left;
    synchronized (this) {
      ended = true;
      left = Set.copyOf(running);
    }
    left.forEach(SuiteRun::close);
  }
}
