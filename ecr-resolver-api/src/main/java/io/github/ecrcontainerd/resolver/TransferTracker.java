package io.github.ecrcontainerd.resolver;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the state of each manifest and blob transfer, for a program that polls instead of
 * listening.
 *
 * <pre>{@code
 * TransferTracker tracker = new TransferTracker();
 * try (EcrResolver resolver = EcrResolver.builder().listener(tracker).build()) {
 *   ...
 *   tracker.snapshot().forEach((digest, transfer) -> show(transfer));
 * }
 * }</pre>
 *
 * <p>It keeps only the last transfer of each digest: a new transfer replaces one that has ended.
 * When there are too many transfers, it evicts those that have ended, in the order in which they
 * started. It never evicts one in progress. Safe for use by several threads at once.
 */
public final class TransferTracker implements TransferListener {
  private static final int DEFAULT_TRANSFERS = 10_000;

  private final int maxTransfers;
  private final Map<Digest, Transfer> transfers = new LinkedHashMap<>();

  /** The state of a transfer. */
  public enum State {
    STARTED,
    COMPLETED,
    FAILED
  }

  /**
   * The progress of one transfer.
   *
   * @param content the content being transferred; its size is the total
   * @param state whether it is in progress, completed or failed
   * @param offset the first byte of the transfer
   * @param transferred how many bytes have been transferred, without those before the offset
   */
  public record Transfer(Descriptor content, State state, long offset, long transferred) {

    /** How many bytes the destination has, including those before the offset. */
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

  /** A tracker that keeps the last 10,000 transfers. */
  public TransferTracker() {
    this(DEFAULT_TRANSFERS);
  }

  /**
   * A tracker that keeps a limited number of transfers, the last ones.
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

  /** The state of all transfers, by digest, in the order in which they started. */
  public synchronized Map<Digest, Transfer> snapshot() {
    return new LinkedHashMap<>(transfers);
  }

  /** The state of one transfer; empty if it never started, or was evicted. */
  public synchronized Optional<Transfer> of(Digest digest) {
    return Optional.ofNullable(transfers.get(digest));
  }

  @Override
  public synchronized void started(Descriptor content, long offset) {
    // Removed first, so that the new entry comes last.
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
