package io.github.ecrcontainerd.ecr.internal.events;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A reference was resolved. */
@Name("io.github.ecrcontainerd.Resolve")
@Label("Resolve")
@Category("Amazon ECR")
@Threshold("10 ms")
@StackTrace(false)
// Flight Recorder reads the fields.
@SuppressWarnings("UnusedVariable")
public final class ResolveEvent extends Event {
  @Label("Reference")
  private final String reference;

  @Label("Digest")
  private @Nullable String digest;

  public ResolveEvent(EcrReference reference) {
    this.reference = reference.toString();
    begin();
  }

  /**
   * The request has ended.
   *
   * @param found the descriptor, or null if the request failed
   */
  public void ended(@Nullable Descriptor found) {
    digest = found == null ? null : found.digest().toString();
    commit();
  }
}
