package io.github.ecrcontainerd.local.layers;

import io.github.ecrcontainerd.local.ByteRange;
import io.github.ecrcontainerd.local.LayerRequest;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.HashMap;
import java.util.Map;

/** Numbers the layer requests, in total and for each layer. */
final class RequestNumbers {
  private long last;
  private final Map<Digest, Long> lastOf = new HashMap<>();

  synchronized LayerRequest next(Digest digest, ByteRange range) {
    last++;
    return new LayerRequest(last, lastOf.merge(digest, 1L, Long::sum), digest, range);
  }
}
