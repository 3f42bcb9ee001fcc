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
 * The answers to the requests for one layer, and how they make up the layer.
 *
 * @param size how many bytes the layer has
 * @param transfers in the order in which they were asked for
 * @param askedAt when each was, by its number, in nanoseconds
 */
public record Served(long size, List<LayerTransfer> transfers, Map<Long, Long> askedAt) {
  /** A range that takes longer may be asked for a second time: the machine may just be busy. */
  private static final Duration LATE = Duration.ofMillis(250);

  /** How many second requests there may be: two, and one in so many. */
  private static final int SHARE = 20;

  /** The first byte that was asked for, of all requests. */
  public long firstByte() {
    return transfers.stream()
        .mapToLong(transfer -> transfer.range().first())
        .min()
        .orElseThrow(() -> new AssertionError("No byte was asked for"));
  }

  /** How many bytes were asked for, all requests together. */
  long bytesAsked() {
    return transfers.stream().mapToLong(transfer -> transfer.range().length()).sum();
  }

  /** How many bytes the longest range has that was asked for. */
  long longest() {
    return transfers.stream().mapToLong(transfer -> transfer.range().length()).max().orElse(0);
  }

  /**
   * Checks that the requests make up the layer's bytes from one on, each once: with all of a range
   * that didn't fail, and what came of one that did. What was asked for again is the rest of a
   * failed range, and no byte before it; or that of a late one, within the share for those.
   *
   * @param first where they begin
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

  /** Whether it is the second request for the rest of a range that is late and didn't fail. */
  private boolean isSecond(LayerTransfer transfer, Set<Long> failed) {
    return transfers.stream()
        .filter(earlier -> !failed.contains(earlier.number()))
        .filter(earlier -> earlier.range().end() == transfer.range().end())
        .filter(earlier -> earlier.range().first() <= transfer.range().first())
        .filter(earlier -> earlier.number() < transfer.number())
        .anyMatch(earlier -> sentAt(earlier, failed) <= askedAt(transfer) - LATE.toNanos());
  }

  /**
   * When a request may have been sent: on a busy machine that is long before it is here. Not before
   * the last one for the same bytes had failed, nor before the first of all.
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

  /** What came of a failed range: all that stands before the first byte asked for again. */
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
