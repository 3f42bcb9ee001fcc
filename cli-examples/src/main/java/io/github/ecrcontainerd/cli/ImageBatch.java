package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.resolver.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Pulls several images, some at a time. The failure of one doesn't end the others. */
final class ImageBatch {
  /** Enough to fill a link with small layers. They share the resolver's connections and memory. */
  private static final int AT_A_TIME = 3;

  private final Options options;
  private final OutputOptions output;

  /** Pulls one of them. */
  @FunctionalInterface
  interface Pull {
    PulledImage run(String reference) throws InterruptedException;
  }

  /** The result of one pull. */
  sealed interface Outcome {
    record Done(PulledImage pulled) implements Outcome {}

    record Failed(String reference, RuntimeException cause) implements Outcome {}
  }

  ImageBatch(Options options, OutputOptions output) {
    this.options = options;
    this.output = output;
  }

  /** Pulls all images, and returns their results in the same order. */
  List<Outcome> run(List<String> references, Pull pull)
      throws InterruptedException, ExecutionException {
    Semaphore places = new Semaphore(AT_A_TIME);
    List<Callable<Outcome>> pulls = new ArrayList<>();
    for (String reference : references) {
      pulls.add(
          () -> {
            places.acquire();
            try {
              return new Outcome.Done(pull.run(reference));
            } catch (RuntimeException e) {
              return new Outcome.Failed(reference, e);
            } finally {
              places.release();
            }
          });
    }
    List<Outcome> outcomes = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Outcome> pulled : threads.invokeAll(pulls)) {
        outcomes.add(pulled.get());
      }
    }
    return outcomes;
  }

  /** Prints the results, and returns the exit status. */
  int print(List<Outcome> outcomes) {
    List<Map<String, Object>> objects = new ArrayList<>();
    int failed = 0;
    for (Outcome outcome : outcomes) {
      switch (outcome) {
        case Outcome.Done(PulledImage pulled) -> objects.add(print(pulled));
        case Outcome.Failed(String reference, RuntimeException cause) -> {
          failed++;
          objects.add(print(reference, cause));
        }
      }
    }
    if (output.results().areJson()) {
      output.results().print(Results.object("images", objects));
    }
    if (!output.isQuiet()) {
      options.err().printf("%d of %d images pulled%n", outcomes.size() - failed, outcomes.size());
    }
    options.err().flush();
    return failed == 0 ? 0 : 1;
  }

  private Map<String, Object> print(PulledImage pulled) {
    String name = pulled.image().name();
    Digest digest = pulled.image().target().digest();
    if (!output.results().areJson()) {
      output.print(name, digest, pulled.cost());
    }
    return OutputOptions.object(name, digest, pulled.cost());
  }

  private Map<String, Object> print(String reference, RuntimeException cause) {
    if (Debug.isOn()) {
      cause.printStackTrace(options.err());
    }
    String reason = Failure.explain(cause);
    options.complain(reference + ": " + reason);
    Map<String, Object> object = Results.object("name", reference);
    object.put("error", reason);
    return object;
  }
}
