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

  /**
   * @param started signalled when a range was started, of the scheduler's lock
   */
  LayerWindow(LayerSource source, RangePlan plan, Condition started) {
    this.source = source;
    this.plan = plan;
    this.started = started;
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  /**
   * Whether it may start another range: as many as the plan says may be on their way. As many again
   * may have arrived, or nearly: further ahead is only memory.
   */
  boolean wantsMore() {
    return next < plan.count()
        && running < plan.parallelism()
        && ranges.size() < 2 * plan.parallelism();
  }

  /** The length of the range that comes next, in bytes. */
  long nextLength() {
    return plan.range(next).length();
  }

  /** Adds the next range. */
  RangeDownload add(byte[] array, RangeScheduler scheduler) {
    RangeDownload range = new RangeDownload(plan.range(next), array, source, this, scheduler);
    ranges.add(range);
    next++;
    running++;
    started.signal();
    return range;
  }

  /** One that was added has arrived, or so nearly that the next one may be asked for. */
  void nearEnd() {
    running--;
  }

  /** The first range, as soon as it has been started; {@code null} behind the last. */
  @Nullable RangeDownload awaitHead() throws InterruptedException {
    while (ranges.isEmpty() && next < plan.count()) {
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
