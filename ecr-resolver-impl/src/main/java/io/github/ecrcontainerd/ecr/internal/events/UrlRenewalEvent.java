package io.github.ecrcontainerd.ecr.internal.events;

import io.github.ecrcontainerd.resolver.Digest;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A layer's presigned URL was renewed. */
@Name("io.github.ecrcontainerd.UrlRenewal")
@Label("Layer URL Renewal")
@Category("Amazon ECR")
@StackTrace(false)
// Flight Recorder reads the fields.
@SuppressWarnings("UnusedVariable")
public final class UrlRenewalEvent extends Event {
  @Label("Layer")
  private final String layer;

  public UrlRenewalEvent(Digest layer) {
    this.layer = layer.toString();
  }
}
