package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.resolver.BlobReader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One layer, as its consumer sees it: bytes in order, out of a window of ranges that are on their
 * way at the same time.
 *
 * <p>The first range of the window waits for memory and a connection if it has to; those behind it
 * take what is free. So a reader that holds memory can always go on, and gives it back by going on:
 * many readers can't lock each other out.
 */
final class LayerReader implements BlobReader {
  /** How many bytes are worth waking the consumer for. */
  private static final int WORTHWHILE = 1 << 20;

  private final LayerSource source;
  private final RangePlan plan;
  private final DownloadBudget budget;
  private final Object monitor = new Object();
  private final Deque<Started> window = new ArrayDeque<>();
  private long nextRange;
  private int consumed;

  private record Started(RangeDownload download, CompletableFuture<Void> exchange) {}

  LayerReader(LayerSource source, RangePlan plan, DownloadBudget budget) {
    this.source = source;
    this.plan = plan;
    this.budget = budget;
  }

  @Override
  public @Nullable ByteBuffer read() throws InterruptedException {
    dropWhatIsConsumed();
    if (window.isEmpty() && nextRange == plan.count()) {
      return null;
    }
    while (true) {
      widen();
      int running = running();
      RangeDownload head = window.element().download();
      synchronized (monitor) {
        int ready = head.filled() - consumed;
        int rest = head.range().length() - consumed;
        if (ready >= Math.min(rest, WORTHWHILE) || (ready > 0 && head.hasEnded())) {
          // Not a read-only view: hashing and sending that one would copy it piece by piece.
          ByteBuffer bytes = ByteBuffer.wrap(head.buffer(), consumed, ready);
          consumed += ready;
          return bytes;
        }
        Throwable failure = head.failure();
        if (failure != null) {
          throw source.explain(failure);
        }
        head.wakeAt(consumed + Math.min(rest, WORTHWHILE));
        // One that ended since makes room for the next: no need to wait.
        if (running() == running) {
          monitor.wait();
        }
      }
    }
  }

  private void dropWhatIsConsumed() {
    Started head = window.peek();
    if (head != null && consumed == head.download().range().length()) {
      window.remove();
      budget.giveBack(head.download().buffer());
      consumed = 0;
    }
  }

  /** Starts as many ranges as there may be at a time, the first even if it has to wait. */
  private void widen() throws InterruptedException {
    if (window.isEmpty()) {
      start(budget.take(plan.range(nextRange).length()));
    }
    // One more than may be on their way: that which is being read. Further ahead is only memory.
    while (nextRange < plan.count()
        && window.size() <= plan.parallelism()
        && running() < plan.parallelism()) {
      byte[] buffer = budget.takeNow(plan.range(nextRange).length());
      if (buffer == null) {
        return;
      }
      start(buffer);
    }
  }

  private int running() {
    synchronized (monitor) {
      return (int) window.stream().filter(range -> !range.download().hasEnded()).count();
    }
  }

  /** Starts the next range. The connection that came with the buffer goes back when it is free. */
  private void start(byte[] buffer) throws InterruptedException {
    RangeDownload download = new RangeDownload(plan.range(nextRange), buffer, monitor);
    CompletableFuture<Void> exchange;
    try {
      exchange = source.start(download::start);
    } catch (RuntimeException | InterruptedException e) {
      budget.giveBack(buffer);
      budget.giveBackConnection();
      throw e;
    }
    var _ = exchange.whenComplete((nothing, cause) -> budget.giveBackConnection());
    window.add(new Started(download, exchange));
    nextRange++;
  }

  @Override
  public void close() {
    for (Started range : window) {
      range.download().abandon();
      range.exchange().cancel(true);
      budget.giveBack(range.download().buffer());
    }
    window.clear();
    nextRange = plan.count();
  }
}
