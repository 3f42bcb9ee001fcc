package io.github.ecrcontainerd.telemetry;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The spans of all transfers that are under way. A resolver knows content by its digest, and not
 * the operation that it is for: where two operations transfer the same content, events of it are
 * added to the span that started last.
 */
final class TransferSpans {
  private final Map<Digest, Span> active = new ConcurrentHashMap<>();

  void started(Descriptor content, Span span) {
    active.put(content.digest(), span);
  }

  void ended(Descriptor content, Span span) {
    active.remove(content.digest(), span);
  }

  /** Adds an event to the span of a transfer, if it has one. */
  void event(Descriptor content, String name, Attributes attributes) {
    Span span = active.get(content.digest());
    if (span != null) {
      span.addEvent(name, attributes);
    }
  }
}
