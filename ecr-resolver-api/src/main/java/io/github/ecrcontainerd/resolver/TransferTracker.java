package io.github.ecrcontainerd.resolver;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Knows the state of each manifest and blob at any time, for a program that would rather ask than
 * be told.
 *
 * <pre>{@code
 * TransferTracker tracker = new TransferTracker();
 * try (EcrResolver resolver = EcrResolver.builder().listener(tracker).build()) {
 *   ...
 *   tracker.snapshot().forEach((digest, transfer) -> show(transfer));
 * }
 * }</pre>
 *
 * <p>The last transfer of a digest is the one it knows: a new one takes the place of one that has
 * ended. It forgets those that ended longest ago when there are too many, but none that is under
 * way. Safe for use by several threads at once.
 */
public final class TransferTracker implements TransferListener {
  private static final int DEFAULT_TRANSFERS = 10_000;

  private final int maxTransfers;
  private final Map<Digest, Transfer> transfers = new LinkedHashMap<>();

  /** What became of a transfer. */
  public enum State {
    STARTED,
    COMPLETED,
    FAILED
  }

  /**
   * How one transfer stands.
   *
   * @param content what is transferred; its size is the total
   * @param state whether it goes on, and how it ended
   * @param offset the byte that it began at
   * @param transferred how many bytes have come or gone, without those before the offset
   */
  public record Transfer(Descriptor content, State state, long offset, long transferred) {

    /** How many bytes there are on the other side, those before the offset included. */
    public long position() {
      return offset + transferred;
    }

    private Transfer now(State reached) {
      return new Transfer(content, reached, offset, transferred);
    }

    private Transfer more(long bytes) {
      return new Transfer(content, state, offset, transferred + bytes);
    }
  }

  /** One that keeps the last 10,000 transfers. */
  public TransferTracker() {
    this(DEFAULT_TRANSFERS);
  }

  /**
   * One that keeps some of the transfers that have ended, the last ones.
   *
   * @param maxTransfers how many transfers it keeps, at least 1
   */
  public TransferTracker(int maxTransfers) {
    if (maxTransfers < 1) {
      throw new IllegalArgumentException(
          "A tracker keeps at least 1 transfer, not " + maxTransfers);
    }
    this.maxTransfers = maxTransfers;
  }

  /** How all transfers stand, by digest, in the order in which they began. */
  public synchronized Map<Digest, Transfer> snapshot() {
    return new LinkedHashMap<>(transfers);
  }

  /** How one stands; empty where it was never begun, or is forgotten. */
  public synchronized Optional<Transfer> of(Digest digest) {
    return Optional.ofNullable(transfers.get(digest));
  }

  @Override
  public synchronized void started(Descriptor content, long offset) {
    // Taken out first, so that it stands last.
    transfers.remove(content.digest());
    transfers.put(content.digest(), new Transfer(content, State.STARTED, offset, 0));
    forget();
  }

  @Override
  public synchronized void transferred(Descriptor content, long bytes) {
    transfers.computeIfPresent(content.digest(), (digest, transfer) -> transfer.more(bytes));
  }

  @Override
  public synchronized void completed(Descriptor content) {
    end(content, State.COMPLETED);
  }

  @Override
  public synchronized void failed(Descriptor content, Throwable cause) {
    end(content, State.FAILED);
  }

  private void end(Descriptor content, State state) {
    transfers.computeIfPresent(content.digest(), (digest, transfer) -> transfer.now(state));
    forget();
  }

  private void forget() {
    Iterator<Transfer> oldest = transfers.values().iterator();
    while (transfers.size() > maxTransfers && oldest.hasNext()) {
      if (oldest.next().state != State.STARTED) {
        oldest.remove();
      }
    }
  }
}
