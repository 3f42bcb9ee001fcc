package io.github.ecrcontainerd.ecr.internal.download;

import java.util.ArrayList;
import java.util.List;

/**
 * The open requests of one range: one request, or a late request and its hedge. They race, and the
 * one that is overtaken is cancelled. Guarded by the range's lock.
 */
final class RangeRequests {
  private final Runnable giveBackConnection;
  private final LatencyStats stats;

  /** The request, then its hedge. */
  private final List<RangeRequest> open = new ArrayList<>(2);

  /**
   * @param giveBackConnection gives back the connection of a hedge
   * @param stats determines which request is late
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

  /**
   * The last request is a hedge, and gives its connection back when it ends. If there is no hedge,
   * the connection is given back now.
   */
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

  /** This request has brought new bytes. A request that it has overtaken is cancelled. */
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

  /** Requests more bytes from each. */
  void more() {
    // A copy, because bytes may arrive at once and end a request.
    List.copyOf(open).forEach(RangeRequest::more);
  }

  /** The requests whose server was silent for too long. */
  List<RangeRequest> silent(long now) {
    return open.stream().filter(request -> request.patience(now) <= 0).toList();
  }

  /** Whether there is a late request without a hedge. Each late request is reported once. */
  boolean takeLate(long now) {
    boolean late = open.size() == 1 && open.getFirst().untilLate(now, stats) <= 0;
    if (late) {
      open.getFirst().late();
    }
    return late;
  }

  /** The time until a request may be late, or its server silent for too long, in nanoseconds. */
  long untilNextCheck(long now) {
    long next = Long.MAX_VALUE;
    for (RangeRequest request : open) {
      next = Math.min(next, request.patience(now));
    }
    return open.size() == 1 ? Math.min(next, open.getFirst().untilLate(now, stats)) : next;
  }
}
