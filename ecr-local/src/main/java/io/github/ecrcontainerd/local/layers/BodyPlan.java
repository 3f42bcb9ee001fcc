package io.github.ecrcontainerd.local.layers;

import io.github.ecrcontainerd.local.ByteRange;
import io.github.ecrcontainerd.local.LayerFault;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * How the body of one response is sent.
 *
 * @param range the bytes of the file
 * @param bytesPerSecond the rate; 0 for as fast as possible
 * @param corrupt the byte of the file that is sent wrong; -1 for none
 * @param stop the byte of the file before which {@code end} or {@code hold} happens; after the
 *     range if nothing happens
 * @param end the faulty end
 * @param hold what is waited for, before the rest is sent
 * @param padding how many zeros follow the range
 */
record BodyPlan(
    ByteRange range,
    long bytesPerSecond,
    long corrupt,
    long stop,
    Optional<FaultyEnd> end,
    Optional<Supplier<? extends CompletionStage<?>>> hold,
    int padding) {

  static BodyPlan of(ByteRange range, OptionalLong bandwidth, LayerFault fault) {
    long pace = bandwidth.orElse(0);
    return switch (fault) {
      case LayerFault.ResetAfter(long bytes) -> ending(range, pace, bytes, FaultyEnd.RESET);
      case LayerFault.CloseAfter(long bytes) -> ending(range, pace, bytes, FaultyEnd.CLOSE);
      case LayerFault.StallAfter(long bytes) -> ending(range, pace, bytes, FaultyEnd.STALL);
      case LayerFault.HoldAfter(long bytes, Supplier<? extends CompletionStage<?>> action) ->
          stopping(range, pace, bytes, Optional.empty(), Optional.of(action));
      case LayerFault.SlowTo(long slow) -> whole(range, slow);
      case LayerFault.CorruptByte(long at) ->
          new BodyPlan(
              range,
              pace,
              range.first() + at,
              Long.MAX_VALUE,
              Optional.empty(),
              Optional.empty(),
              0);
      case LayerFault.WrongLength(long more) -> resized(range, pace, more);
      default -> whole(range, pace);
    };
  }

  private static BodyPlan whole(ByteRange range, long pace) {
    return new BodyPlan(range, pace, -1, Long.MAX_VALUE, Optional.empty(), Optional.empty(), 0);
  }

  private static BodyPlan resized(ByteRange range, long pace, long more) {
    long length = Math.max(0, range.length() + Math.min(0, more));
    return new BodyPlan(
        new ByteRange(range.first(), length),
        pace,
        -1,
        Long.MAX_VALUE,
        Optional.empty(),
        Optional.empty(),
        Math.toIntExact(Math.max(0, more)));
  }

  private static BodyPlan ending(ByteRange range, long pace, long after, FaultyEnd end) {
    return stopping(range, pace, after, Optional.of(end), Optional.empty());
  }

  private static BodyPlan stopping(
      ByteRange range,
      long pace,
      long after,
      Optional<FaultyEnd> end,
      Optional<Supplier<? extends CompletionStage<?>>> hold) {
    return after > range.length()
        ? whole(range, pace)
        : new BodyPlan(range, pace, -1, range.first() + after, end, hold, 0);
  }

  /** The Content-Length of the response. */
  long length() {
    return range.length() + padding;
  }

  /** Whether something happens before this byte of the file is sent. */
  boolean stopsAt(long position) {
    return position == stop;
  }

  /** How many bytes can be sent at once. */
  long chunk(long position) {
    // After a hold, the stop lies behind.
    long upTo = position < stop ? Math.min(range.end(), stop) : range.end();
    if (corrupt == position) {
      upTo = position + 1;
    } else if (corrupt > position) {
      upTo = Math.min(upTo, corrupt);
    }
    return bytesPerSecond == 0 ? upTo - position : Math.min(upTo - position, paceChunk());
  }

  /**
   * The bytes of 5 ms, which give several chunks per range, and take more than one tick of the
   * timer.
   */
  private long paceChunk() {
    return Math.clamp(bytesPerSecond / 200, 1 << 10, 1 << 20);
  }
}
