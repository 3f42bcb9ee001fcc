package io.github.ecrcontainerd.it.matrix;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;
import static org.junit.platform.launcher.EngineFilter.includeEngines;
import static org.junit.platform.launcher.TagFilter.includeTags;

import io.github.ecrcontainerd.it.matrix.ClassResult.Problem;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.UniqueId.Segment;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The program of a JVM that runs the integration tests of some tags. It writes each {@link
 * ClassResult} to its standard output at the end of the class, as one line of JSON, and everything
 * else to its standard error.
 */
final class Suite implements TestExecutionListener {
  private static final Path CLASSES = Path.of("target", "test-classes");

  /** In characters. A table needs no message that holds a whole file. */
  private static final int LONGEST_REASON = 2000;

  private final JsonMapper json = JsonMapper.builder().build();
  private final PrintStream results;
  private final Map<String, Tally> tallies = new HashMap<>();
  private @Nullable TestPlan plan;

  private Suite(PrintStream results) {
    this.results = results;
  }

  /**
   * Runs tests, and exits with 0 whether they fail or not.
   *
   * @param args an expression of tags that selects tests; then the names of the classes; without
   *     names, all
   */
  public static void main(String[] args) {
    Suite suite = new Suite(System.out);
    // Standard output is for results: redirect what tests print.
    System.setOut(System.err);
    List<String> names = List.of(args).subList(1, args.length);
    String pattern = ".*\\." + (names.isEmpty() ? "\\w+IT" : "(" + String.join("|", names) + ")");
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClasspathRoots(Set.of(CLASSES)))
            .filters(
                // jqwik's own engine isn't used, only its generators.
                includeEngines("junit-jupiter"),
                includeClassNamePatterns(pattern),
                includeTags(args[0]))
            .build();
    LauncherFactory.create().execute(request, suite);
    System.exit(0);
  }

  @Override
  public synchronized void testPlanExecutionStarted(TestPlan started) {
    plan = started;
  }

  @Override
  public synchronized void executionStarted(TestIdentifier id) {
    var _ = tally(id);
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier id, String reason) {
    tally(id).skipped.add(new Problem(name(id), reason, ""));
    endOf(id);
  }

  @Override
  public synchronized void executionFinished(TestIdentifier id, TestExecutionResult result) {
    if (result.getStatus() != Status.SUCCESSFUL) {
      Tally tally = tally(id);
      List<Problem> problems = result.getStatus() == Status.ABORTED ? tally.skipped : tally.failed;
      String trace = result.getThrowable().map(Suite::trace).orElse("");
      System.err.printf("%s.%s %s: %s%n", className(id), name(id), result.getStatus(), trace);
      problems.add(
          new Problem(name(id), result.getThrowable().map(Suite::reason).orElse(""), trace));
    } else if (id.isTest()) {
      tally(id).passed++;
    }
    endOf(id);
  }

  /** Writes the result at the end of a class. JUnit's engine counts as one if it has a problem. */
  private void endOf(TestIdentifier id) {
    int depth = id.getUniqueIdObject().getSegments().size();
    if (depth == 2 || (depth == 1 && tally(id).hasProblems())) {
      results.println(json.writeValueAsString(tally(id).result(className(id))));
      results.flush();
    }
  }

  private Tally tally(TestIdentifier id) {
    return tallies.computeIfAbsent(className(id), name -> new Tally());
  }

  /** The class without its package: the second segment of an ID, after the engine. */
  private static String className(TestIdentifier id) {
    List<Segment> segments = id.getUniqueIdObject().getSegments();
    String name = segments.get(Math.min(1, segments.size() - 1)).getValue();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** The method, and the display name of its invocation. */
  private String name(TestIdentifier id) {
    Optional<TestIdentifier> parent = Optional.ofNullable(plan).flatMap(all -> all.getParent(id));
    boolean isOfAMethod = id.getUniqueIdObject().getSegments().size() > 3;
    return isOfAMethod
        ? parent.map(this::name).orElse("") + " " + id.getDisplayName()
        : id.getDisplayName();
  }

  /**
   * The whole message in one line: if a program failed, its output comes after the first line, and
   * a kept log may hold nothing else of it.
   */
  private static String reason(Throwable problem) {
    String message =
        Optional.ofNullable(problem.getMessage())
            .orElse("")
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .collect(Collectors.joining(" | "));
    if (message.isEmpty()) {
      return problem.getClass().getName();
    }
    if (message.length() <= LONGEST_REASON) {
      return message;
    }
    // A program's command line may be long. Its words are at the end.
    int end = LONGEST_REASON / 4;
    return message.substring(0, end) + " ... " + message.substring(message.length() - 3 * end);
  }

  private static String trace(Throwable problem) {
    StringWriter trace = new StringWriter();
    problem.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }

  /** The results of a class so far. */
  private static final class Tally {
    private final long start = System.nanoTime();
    private final List<Problem> failed = new ArrayList<>();
    private final List<Problem> skipped = new ArrayList<>();
    private int passed;

    private boolean hasProblems() {
      return !failed.isEmpty() || !skipped.isEmpty();
    }

    private ClassResult result(String test) {
      return new ClassResult(test, passed, failed, skipped, (System.nanoTime() - start) / 1e9);
    }
  }
}
