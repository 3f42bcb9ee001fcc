package io.github.ecrcontainerd.containerd.internal.events;

import io.github.ecrcontainerd.resolver.Descriptor;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** A layer was unpacked into a snapshot. */
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
   * @param direct by this process, while the layer arrives; else by the daemon
   */
  public UnpackEvent(Descriptor layer, boolean direct) {
    this.layer = layer.digest().toString();
    this.direct = direct;
    begin();
  }

  /**
   * It has ended.
   *
   * @param complete whether it is unpacked, and what it unpacks to was right
   */
  public void ended(boolean complete) {
    completed = complete;
    commit();
  }
}
