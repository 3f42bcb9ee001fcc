package io.github.ecrcontainerd.cli.progress;

import java.time.Duration;
import java.util.List;

/** A way to show a transfer. One thread calls it. */
interface View {

  /** The shortest time between two updates of the overall progress. */
  Duration period();

  /** Whether news is shown at once, instead of in the next period. */
  boolean isImmediate();

  /**
   * Shows news.
   *
   * @param due whether a period has passed since the last call with {@code true}
   */
  void show(List<News> news, Status status, boolean due);

  /**
   * The transfer has ended.
   *
   * @param complete whether nothing failed
   */
  void end(List<News> news, Status status, boolean complete);
}
