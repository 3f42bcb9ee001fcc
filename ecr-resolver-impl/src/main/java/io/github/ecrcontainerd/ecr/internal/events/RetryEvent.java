package io.github.ecrcontainerd.ecr.internal.events;

import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A request failed, and is retried after a pause. */
@Name("io.github.ecrcontainerd.Retry")
@Label("Retry")
@Category("Amazon ECR")
@StackTrace(false)
// Flight Recorder reads the fields.
@SuppressWarnings("UnusedVariable")
public final class RetryEvent extends Event {
  @Label("Subject")
  private final String subject;

  @Label("Reason")
  private final String reason;

  @Label("Pause")
  @Timespan
  private final long pause;

  /**
   * @param subject the digest of a layer, or the operation of the API that was throttled
   */
  public RetryEvent(String subject, String reason, Duration pause) {
    this.subject = subject;
    this.reason = reason;
    this.pause = pause.toNanos();
  }
}
