package io.github.ecrcontainerd.cli.progress;

import java.time.Duration;
import java.util.List;

/** A way to show a transfer. One thread calls it. */
interface View {

  /** How often it is to show how everything stands, at most. */
  Duration period();

  /** Whether news are shown at once, and not with the next period. */
  boolean isImmediate();

  /**
   * Shows what is new.
   *
   * @param due whether a period has passed since it was last so
   */
  void show(List<News> news, Status status, boolean due);

  /**
   * The transfer has ended.
   *
   * @param complete whether nothing failed
   */
  void end(List<News> news, Status status, boolean complete);
}
