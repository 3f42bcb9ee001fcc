package io.github.ecrcontainerd.containerd.lease;

import java.time.Instant;
import java.util.Map;

/**
 * A lease. Objects that are created under it stay until the lease is deleted or expires.
 *
 * @param id its name
 * @param createdAt when it was created
 * @param labels free text by key; see {@link Leases#EXPIRE}
 */
public record Lease(String id, Instant createdAt, Map<String, String> labels) {
  public Lease {
    labels = Map.copyOf(labels);
  }
}
