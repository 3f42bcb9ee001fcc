package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Direction;
import io.github.ecrcontainerd.cli.progress.Progress;
import io.github.ecrcontainerd.cli.progress.ProgressMode;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What a command that moves an image prints: its result and its progress. */
final class OutputOptions {
  private final Options options;
  private final Results results;
  private final BooleanSupplier quiet;
  private final Supplier<Optional<ProgressMode>> progress;

  OutputOptions(Options options) {
    this.options = options;
    results = new Results(options);
    quiet = options.flag("-q --quiet", "print only the digest, and no progress");
    progress =
        options.value(
            "--progress",
            "HOW",
            ProgressMode::parse,
            "on standard error: tty, lines that change; plain, lines for a log; json, an object a line;",
            "quiet, nothing; auto (default), tty on a terminal (but not where TERM is dumb, or CI is",
            "set) and plain elsewhere");
  }

  boolean isQuiet() {
    return quiet.getAsBoolean();
  }

  /** Begins to show a transfer. */
  Progress show(Direction direction) {
    ProgressMode usual = isQuiet() ? ProgressMode.QUIET : ProgressMode.AUTO;
    return progress.get().orElse(usual).show(direction, options.err(), Debug.isOn());
  }

  /** Prints the result. */
  void print(String name, Digest digest, Map<String, Object> more) {
    if (isQuiet() && !results.areJson()) {
      options.out().println(digest);
    } else if (results.areJson()) {
      results.print(object(name, digest, more));
    } else {
      options.out().printf("%s %s%n", name, digest);
    }
  }

  /** The result as an object, also for a list of several. */
  static Map<String, Object> object(String name, Digest digest, Map<String, Object> more) {
    Map<String, Object> object = Results.object("name", name);
    object.put("digest", digest.toString());
    object.putAll(more);
    return object;
  }

  Results results() {
    return results;
  }
}
