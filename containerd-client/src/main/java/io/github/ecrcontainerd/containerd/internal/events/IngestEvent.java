package io.github.ecrcontainerd.containerd.internal.events;

import io.github.ecrcontainerd.resolver.Descriptor;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** The ingest of a blob into containerd's content store, from its first byte to its commit. */
@Name("io.github.ecrcontainerd.Ingest")
@Label("Ingest")
@Category("containerd")
@Threshold("10 ms")
@StackTrace(false)
// Flight Recorder reads the fields.
@SuppressWarnings("UnusedVariable")
public final class IngestEvent extends Event {
  @Label("Content")
  private final String content;

  @Label("Size")
  @DataAmount
  private final long size;

  @Label("Resumed At")
  @DataAmount
  private final long offset;

  @Label("Completed")
  private boolean completed;

  /**
   * @param offset the number of bytes that the ingest had already
   */
  public IngestEvent(Descriptor content, long offset) {
    this.content = content.digest().toString();
    this.size = content.size();
    this.offset = offset;
    begin();
  }

  /**
   * Ends the event.
   *
   * @param complete whether containerd has the blob, with the right digest
   */
  public void ended(boolean complete) {
    completed = complete;
    commit();
  }
}
