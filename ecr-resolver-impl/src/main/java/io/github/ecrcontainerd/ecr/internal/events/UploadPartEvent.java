package io.github.ecrcontainerd.ecr.internal.events;

import io.github.ecrcontainerd.resolver.Digest;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** A part of a layer was sent to the registry. */
@Name("io.github.ecrcontainerd.UploadPart")
@Label("Layer Part Upload")
@Category("Amazon ECR")
@Threshold("10 ms")
@StackTrace(false)
// Flight Recorder reads the fields.
@SuppressWarnings("UnusedVariable")
public final class UploadPartEvent extends Event {
  @Label("Layer")
  private final String layer;

  @Label("First Byte")
  private final long firstByte;

  @Label("Length")
  @DataAmount
  private final long length;

  @Label("Failed")
  private boolean failed;

  public UploadPartEvent(Digest layer, long firstByte, long length) {
    this.layer = layer.toString();
    this.firstByte = firstByte;
    this.length = length;
    begin();
  }

  /** The upload of the part has ended. */
  public void ended(boolean arrived) {
    failed = !arrived;
    commit();
  }
}
