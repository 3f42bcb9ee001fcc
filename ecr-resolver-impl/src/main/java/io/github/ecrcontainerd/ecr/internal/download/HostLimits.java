package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.resolver.EcrReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The limits of all hosts that one resolver downloads layers from. Amazon ECR has the layers of a
 * region in Amazon S3 in that region, so a region stands for its host. The host itself is known
 * only from a URL, and a range asks for a URL after it has waited, just before its request.
 */
final class HostLimits {
  private final Map<Region, HostLimit> byRegion = new ConcurrentHashMap<>();

  private record Region(String partition, String name) {}

  /** The limit of the host that has the layers of this registry. */
  HostLimit of(EcrReference reference) {
    return byRegion.computeIfAbsent(
        new Region(reference.partition(), reference.region()),
        _ -> new HostLimit(Retries.PATIENCE));
  }
}
