package io.github.ecrcontainerd.ecr.internal.events;

import io.github.ecrcontainerd.resolver.Digest;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** One request for a part of a layer, from its creation to its end. */
@Name("io.github.ecrcontainerd.Range")
@Label("Layer Range")
@Category("Amazon ECR")
@Threshold("10 ms")
@StackTrace(false)
// Flight Recorder reads the fields.
@SuppressWarnings("UnusedVariable")
public final class RangeEvent extends Event {
  @Label("Layer")
  private final String layer;

  @Label("First Byte")
  private final long firstByte;

  @Label("Length")
  @DataAmount
  private final long length;

  @Label("Received")
  @DataAmount
  private long received;

  @Label("Until First Byte")
  @Timespan
  private long untilFirstByte;

  @Label("Hedge")
  private boolean hedge;

  @Label("Failure")
  private @Nullable String failure;

  /**
   * @param firstByte the first byte's position in the layer
   * @param length how many bytes are requested
   */
  public RangeEvent(Digest layer, long firstByte, long length) {
    this.layer = layer.toString();
    this.firstByte = firstByte;
    this.length = length;
    begin();
  }

  /** The request is a hedge of a late request. */
  public void hedges() {
    hedge = true;
  }

  /** Records why the request ended before its last byte. */
  public void failed(String reason) {
    failure = reason;
  }

  /**
   * The request has ended.
   *
   * @param nanos the time to the first byte
   */
  public void ended(long bytes, long nanos) {
    received = bytes;
    untilFirstByte = nanos;
    commit();
  }
}
