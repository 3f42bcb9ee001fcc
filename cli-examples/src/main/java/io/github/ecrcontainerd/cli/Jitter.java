package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Progress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * A random wait before the first call, so that the nodes of a fleet, which a DaemonSet starts in
 * the same second, don't call Amazon ECR in the same second.
 */
final class Jitter {
  private static final String VARIABLE = "ECR_JITTER";

  private final Options options;
  private final Supplier<Optional<Integer>> longest;

  Jitter(Options options) {
    this.options = options;
    this.longest =
        options.value(
            "--jitter",
            "SECONDS",
            Integer.class,
            "wait a random time up to this before the first call, so that the nodes of a cluster",
            "don't all pull at once (also: ECR_JITTER; default: 0)");
  }

  /** Waits, and tells how long. */
  void await(Progress progress) throws InterruptedException {
    long most = longest().toMillis();
    if (most == 0) {
      return;
    }
    long wait = ThreadLocalRandom.current().nextLong(most + 1);
    progress.waiting(
        String.format(
            Locale.ROOT, "waiting %.1f of at most %d s (--jitter)", wait / 1e3, most / 1_000));
    Thread.sleep(wait);
  }

  private Duration longest() {
    try {
      int seconds = longest.get().or(() -> Environment.get(VARIABLE).map(Jitter::number)).orElse(0);
      if (seconds < 0) {
        throw new IllegalArgumentException("--jitter is at least 0, not " + seconds);
      }
      return Duration.ofSeconds(seconds);
    } catch (IllegalArgumentException e) {
      throw options.wrong(e);
    }
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(VARIABLE + " is not a number: " + text, e);
    }
  }
}
