package io.github.ecrcontainerd.local.count;

import io.github.ecrcontainerd.local.ByteRange;
import io.github.ecrcontainerd.local.Counters;
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Digest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** The counts. One lock guards all of them, so that they never contradict each other. */
public final class Tally implements Counters {
  private static final int MOST_TRANSFERS_KEPT = 100_000;

  private final Map<Operation, Long> requests = new EnumMap<>(Operation.class);
  private final Map<Operation, Long> throttled = new EnumMap<>(Operation.class);
  private final ArrayDeque<Sending> transfers = new ArrayDeque<>();
  private final Map<Digest, Long> bytes = new HashMap<>();
  private long refused;
  private int going;
  private int apiConnections;
  private int layerConnections;
  private long madeLayerConnections;
  private int mostLayerConnections;

  /** Counts a call of the API. */
  public synchronized void called(Operation operation) {
    requests.merge(operation, 1L, Long::sum);
  }

  /** Counts a call that is throttled, in addition to {@link #called}. */
  public synchronized void refusedByRate(Operation operation) {
    throttled.merge(operation, 1L, Long::sum);
  }

  @Override
  public synchronized long throttled(Operation operation) {
    return throttled.getOrDefault(operation, 0L);
  }

  /** Counts a connection to the API that opened (1) or closed (-1). */
  public synchronized void apiConnection(int change) {
    apiConnections += change;
  }

  /** Counts a connection to the layer endpoint that opened (1) or closed (-1). */
  public synchronized void layerConnection(int change) {
    layerConnections += change;
    madeLayerConnections += Math.max(change, 0);
    mostLayerConnections = Math.max(mostLayerConnections, layerConnections);
  }

  /** Counts a layer request that was refused because of its URL. */
  public synchronized void refused() {
    refused++;
  }

  /** Counts a layer request, whose bytes are counted as they are sent. */
  public synchronized Sending sending(long number, Digest digest, ByteRange range, int status) {
    Sending sending = new Sending(number, digest, range, status);
    if (transfers.size() == MOST_TRANSFERS_KEPT) {
      transfers.removeFirst();
    }
    transfers.addLast(sending);
    going++;
    return sending;
  }

  /** The count of one layer request. */
  public final class Sending {
    private final long number;
    private final Digest digest;
    private final ByteRange range;
    private final int status;
    private long sent;
    private boolean ended;

    private Sending(long number, Digest digest, ByteRange range, int status) {
      this.number = number;
      this.digest = digest;
      this.range = range;
      this.status = status;
    }

    /**
     * Counts bytes that are about to be sent. A negative number takes back bytes that were not
     * sent.
     */
    public void sent(long more) {
      synchronized (Tally.this) {
        sent += more;
        bytes.merge(digest, more, Long::sum);
      }
    }

    /** The request has ended. A second call does nothing. */
    public void end() {
      synchronized (Tally.this) {
        if (!ended) {
          ended = true;
          going--;
          Tally.this.notifyAll();
        }
      }
    }

    private LayerTransfer snapshot() {
      return new LayerTransfer(number, digest, range, status, sent, ended);
    }
  }

  @Override
  public synchronized long requests(Operation operation) {
    return requests.getOrDefault(operation, 0L);
  }

  @Override
  public synchronized long requests() {
    return requests.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public synchronized List<LayerTransfer> layerTransfers() {
    return transfers.stream().map(Sending::snapshot).toList();
  }

  @Override
  public synchronized long refusedLayerRequests() {
    return refused;
  }

  @Override
  public synchronized long layerBytes() {
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public synchronized long layerBytes(Digest digest) {
    return bytes.getOrDefault(digest, 0L);
  }

  @Override
  public synchronized int openApiConnections() {
    return apiConnections;
  }

  @Override
  public synchronized int openLayerConnections() {
    return layerConnections;
  }

  @Override
  public synchronized long madeLayerConnections() {
    return madeLayerConnections;
  }

  @Override
  public synchronized int mostLayerConnections() {
    return mostLayerConnections;
  }

  @Override
  public synchronized void awaitIdle(Duration atMost)
      throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (going > 0) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new TimeoutException("%d layers are still being sent".formatted(going));
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
  }

  @Override
  public synchronized void reset() {
    requests.clear();
    throttled.clear();
    transfers.clear();
    bytes.clear();
    refused = 0;
    madeLayerConnections = 0;
    mostLayerConnections = layerConnections;
  }
}
