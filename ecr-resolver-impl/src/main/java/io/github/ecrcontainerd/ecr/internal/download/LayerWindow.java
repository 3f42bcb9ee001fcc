package io.github.ecrcontainerd.ecr.internal.download;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * The ranges of one layer that are in progress or wait to be read, in order. Guarded by the
 * scheduler's lock, except the final fields.
 */
final class LayerWindow {
  private final LayerSource source;
  private final RangePlan plan;
  private final Condition started;
  private final ArrayDeque<RangeDownload> ranges = new ArrayDeque<>();
  private long next;
  private int running;
  private @Nullable OutOfMemoryError failure;

  /**
   * @param started a condition of the scheduler's lock, signalled when a range was started
   */
  LayerWindow(LayerSource source, RangePlan plan, Condition started) {
    this.source = source;
    this.plan = plan;
    this.started = started;
  }

  LayerSource source() {
    return source;
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  /**
   * Whether the layer may start another range. The plan limits how many are in progress. The same
   * number may have arrived, or nearly. Reading further ahead would only use memory.
   */
  boolean wantsMore() {
    return failure == null
        && next < plan.count()
        && running < plan.parallelism()
        && ranges.size() < 2 * plan.parallelism();
  }

  /** The next range. */
  ByteRange next() {
    return plan.range(next);
  }

  /** Adds the next range. */
  void add(RangeDownload range) {
    ranges.add(range);
    next++;
    running++;
    started.signal();
  }

  /** A range has arrived, or so nearly that the next one may be requested. */
  void nearEnd() {
    running--;
  }

  /** There is no memory for a range, and no other range will give some back. */
  void fail(OutOfMemoryError error) {
    failure = error;
    started.signal();
  }

  /** The first range, as soon as it has been started; {@code null} after the last. */
  @Nullable RangeDownload awaitHead() throws InterruptedException {
    while (ranges.isEmpty() && next < plan.count()) {
      if (failure != null) {
        throw failure;
      }
      started.await();
    }
    return ranges.peek();
  }

  /** Removes the first range. */
  RangeDownload removeHead() {
    return ranges.remove();
  }

  /** Removes all ranges. No others will be started. */
  List<RangeDownload> removeAll() {
    List<RangeDownload> all = List.copyOf(ranges);
    ranges.clear();
    next = plan.count();
    started.signal();
    return all;
  }
}
