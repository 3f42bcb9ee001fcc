package io.github.ecrcontainerd.ecr.internal.download;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * The ranges of one layer that are on their way or wait to be read, in order. Guarded by the
 * scheduler's lock, but for what never changes.
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
   * @param started signalled when a range was started, of the scheduler's lock
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
   * Whether it may start another range: as many as the plan says may be on their way. As many again
   * may have arrived, or nearly: to read further ahead would only take memory.
   */
  boolean wantsMore() {
    return failure == null
        && next < plan.count()
        && running < plan.parallelism()
        && ranges.size() < 2 * plan.parallelism();
  }

  /** The range that comes next. */
  ByteRange next() {
    return plan.range(next);
  }

  /** Adds the range that comes next. */
  void add(RangeDownload range) {
    ranges.add(range);
    next++;
    running++;
    started.signal();
  }

  /** One that was added has arrived, or so nearly that the next one may be asked for. */
  void nearEnd() {
    running--;
  }

  /** There is no memory for a range, and nobody who would give some back. */
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

  /** Takes out the first range. */
  RangeDownload removeHead() {
    return ranges.remove();
  }

  /** Takes out all ranges; there will be no others. */
  List<RangeDownload> removeAll() {
    List<RangeDownload> all = List.copyOf(ranges);
    ranges.clear();
    next = plan.count();
    started.signal();
    return all;
  }
}
