package io.github.ecrcontainerd.ecr.internal.download;

import java.util.ArrayList;
import java.util.List;

/**
 * The requests of one range that are open: one, or a late one and its hedge. They race: one that is
 * overtaken by the other is given up. Guarded by the range's lock.
 */
final class RangeRequests {
  private final Runnable giveBackConnection;
  private final LatencyStats stats;

  /** The request, then its hedge. */
  private final List<RangeRequest> open = new ArrayList<>(2);

  /**
   * @param giveBackConnection gives back the connection that was taken for a hedge
   * @param stats says which request is late
   */
  RangeRequests(Runnable giveBackConnection, LatencyStats stats) {
    this.giveBackConnection = giveBackConnection;
    this.stats = stats;
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  boolean contains(RangeRequest request) {
    return open.contains(request);
  }

  void add(RangeRequest request) {
    if (!open.isEmpty()) {
      request.hedges();
    }
    open.add(request);
  }

  /** The last request is a hedge, and gives the connection back; without one, that is now. */
  void lastHoldsHedgeConnection() {
    if (open.size() == 2) {
      open.getLast().holdHedgeConnection();
    } else {
      giveBackConnection.run();
    }
  }

  void drop(RangeRequest request) {
    if (open.remove(request)) {
      request.cancel();
      request.over();
      release(request);
    }
  }

  void dropAll() {
    List.copyOf(open).forEach(this::drop);
  }

  /** This request has brought new bytes: one that it has overtaken is given up. */
  void lead(RangeRequest request) {
    if (!open.getFirst().equals(request)) {
      drop(open.getFirst());
      // From now on it uses the range's own connection.
      release(request);
    }
  }

  private void release(RangeRequest request) {
    if (request.releaseHedgeConnection()) {
      giveBackConnection.run();
    }
  }

  /** Asks each for more bytes. */
  void more() {
    // A copy, because what is asked for may come at once, and a request's end with it.
    List.copyOf(open).forEach(RangeRequest::more);
  }

  /** Those whose server was silent for too long. */
  List<RangeRequest> silent(long now) {
    return open.stream().filter(request -> request.patience(now) <= 0).toList();
  }

  /** Whether there is one that is late and has no hedge; it is told of once. */
  boolean takeLate(long now) {
    boolean late = open.size() == 1 && open.getFirst().untilLate(now, stats) <= 0;
    if (late) {
      open.getFirst().late();
    }
    return late;
  }

  /** How long until one of them may be silent for too long, or late; in nanoseconds. */
  long untilNextCheck(long now) {
    long next = Long.MAX_VALUE;
    for (RangeRequest request : open) {
      next = Math.min(next, request.patience(now));
    }
    return open.size() == 1 ? Math.min(next, open.getFirst().untilLate(now, stats)) : next;
  }
}
