package io.github.ecrcontainerd.ecr.internal.download;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The limits of all hosts that one resolver downloads layers from. These are few: an Amazon S3 host
 * for each region.
 */
final class HostLimits {
  private final Map<String, HostLimit> byHost = new ConcurrentHashMap<>();

  /** The limit of the host and port that a URL names. */
  HostLimit of(LayerUrl url) {
    return byHost.computeIfAbsent(
        url.uri().getRawAuthority(), _ -> new HostLimit(Retries.PATIENCE));
  }
}
