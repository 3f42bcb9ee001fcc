package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.local.ByteRange;
import io.github.ecrcontainerd.local.LayerTransfer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The answers to the requests for one layer. Checks that they make up the layer.
 *
 * @param size how many bytes the layer has
 * @param transfers in the order of the requests
 * @param askedAt the time of each request, by its number, in nanoseconds
 */
public record Served(long size, List<LayerTransfer> transfers, Map<Long, Long> askedAt) {
  /** A range that takes longer may be requested again: the machine may just be busy. */
  private static final Duration LATE = Duration.ofMillis(250);

  /** How many hedges there may be: two, and one in this many requests. */
  private static final int SHARE = 20;

  /** The first byte that was requested. */
  public long firstByte() {
    return transfers.stream()
        .mapToLong(transfer -> transfer.range().first())
        .min()
        .orElseThrow(() -> new AssertionError("No byte was asked for"));
  }

  /** How many bytes were requested, over all requests. */
  long bytesAsked() {
    return transfers.stream().mapToLong(transfer -> transfer.range().length()).sum();
  }

  /** The length of the longest requested range. */
  long longest() {
    return transfers.stream().mapToLong(transfer -> transfer.range().length()).max().orElse(0);
  }

  /**
   * Checks that the requests make up the layer's bytes from one byte on, each once: all bytes of a
   * range that didn't fail, and the bytes that arrived of one that did. Only the rest of a failed
   * range may be requested again, and that of a late one, within the share for hedges.
   *
   * @param first where the bytes begin
   * @param failed the numbers of the requests that failed
   */
  public void assertNothingTwiceButTheRestOf(long first, Set<Long> failed) {
    List<ByteRange> parts = new ArrayList<>();
    int second = 0;
    for (LayerTransfer transfer : transfers) {
      if (failed.contains(transfer.number())) {
        parts.add(arrived(transfer));
      } else if (isSecond(transfer, failed)) {
        second++;
      } else {
        parts.add(transfer.range());
      }
    }
    assertThat(second)
        .as("second requests, in %s", this)
        .isLessThanOrEqualTo(2 + transfers.size() / SHARE);
    parts.removeIf(part -> part.length() == 0);
    parts.sort(Comparator.comparingLong(ByteRange::first));
    long next = first;
    for (ByteRange part : parts) {
      assertThat(part.first()).as("%s, in %s", part, this).isEqualTo(next);
      next = part.end();
    }
    assertThat(next).as("the end of %s", this).isEqualTo(size);
  }

  /** Whether it is a hedge: a second request for the rest of a late range that didn't fail. */
  private boolean isSecond(LayerTransfer transfer, Set<Long> failed) {
    return transfers.stream()
        .filter(earlier -> !failed.contains(earlier.number()))
        .filter(earlier -> earlier.range().end() == transfer.range().end())
        .filter(earlier -> earlier.range().first() <= transfer.range().first())
        .filter(earlier -> earlier.number() < transfer.number())
        .anyMatch(earlier -> sentAt(earlier, failed) <= askedAt(transfer) - LATE.toNanos());
  }

  /**
   * The earliest time when a request may have been sent: on a busy machine it arrives much later.
   * It is not before the last failure of a request for the same bytes, nor before the first request
   * of all.
   */
  private long sentAt(LayerTransfer transfer, Set<Long> failed) {
    return transfers.stream()
        .filter(earlier -> failed.contains(earlier.number()))
        .filter(earlier -> earlier.number() < transfer.number())
        .filter(earlier -> earlier.range().end() == transfer.range().end())
        .mapToLong(this::askedAt)
        .max()
        .orElseGet(() -> askedAt(transfers.getFirst()));
  }

  private long askedAt(LayerTransfer transfer) {
    return askedAt.getOrDefault(transfer.number(), 0L);
  }

  /** The bytes of a failed range that arrived: all before the first byte requested again. */
  ByteRange arrived(LayerTransfer failed) {
    ByteRange range = failed.range();
    long again =
        transfers.stream()
            .filter(later -> later.number() > failed.number())
            .mapToLong(later -> later.range().first())
            .filter(byteAgain -> byteAgain >= range.first() && byteAgain < range.end())
            .min()
            .orElse(range.end());
    long arrived = again - range.first();
    assertThat(arrived)
        .as("%s was asked for again from %d on, in %s", failed, again, this)
        .isLessThanOrEqualTo(failed.bytesSent());
    return new ByteRange(range.first(), arrived);
  }
}
