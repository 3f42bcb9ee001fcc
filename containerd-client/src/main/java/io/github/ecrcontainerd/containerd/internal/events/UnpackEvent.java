package io.github.ecrcontainerd.containerd.internal.events;

import io.github.ecrcontainerd.resolver.Descriptor;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** The unpacking of a layer into a snapshot. */
@Name("io.github.ecrcontainerd.Unpack")
@Label("Unpack")
@Category("containerd")
@Threshold("10 ms")
@StackTrace(false)
// Flight Recorder reads the fields.
@SuppressWarnings("UnusedVariable")
public final class UnpackEvent extends Event {
  @Label("Layer")
  private final String layer;

  @Label("Direct")
  private final boolean direct;

  @Label("Completed")
  private boolean completed;

  /**
   * @param direct whether this process unpacks the layer while it arrives, and not the daemon
   */
  public UnpackEvent(Descriptor layer, boolean direct) {
    this.layer = layer.digest().toString();
    this.direct = direct;
    begin();
  }

  /**
   * Ends the event.
   *
   * @param complete whether the layer is unpacked, with the right diff ID
   */
  public void ended(boolean complete) {
    completed = complete;
    commit();
  }
}
