package io.github.ecrcontainerd.containerd.lease;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * The leases of a namespace. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon refuses it or can't be reached, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Leases {

  /** The label with the time at which the daemon may delete a lease, in RFC 3339. */
  String EXPIRE = "containerd.io/gc.expire";

  /**
   * Creates a lease.
   *
   * @param id its name, unique in the namespace; {@code ""} lets the daemon choose one
   */
  Lease create(String id, Map<String, String> labels) throws InterruptedException;

  /**
   * Creates a lease that the daemon deletes after a lifetime. The expiry time is truncated to the
   * second.
   */
  default Lease create(String id, Duration lifetime) throws InterruptedException {
    Instant expiry = Instant.now().plus(lifetime).truncatedTo(ChronoUnit.SECONDS);
    return create(id, Map.of(EXPIRE, expiry.toString()));
  }

  /**
   * Deletes a lease, without waiting for the garbage collection of objects that only it protected.
   *
   * @return whether it existed
   */
  boolean delete(String id) throws InterruptedException;

  /**
   * Deletes a lease, and waits for the garbage collection of objects that only it protected.
   *
   * @return whether it existed
   */
  boolean deleteAndCollect(String id) throws InterruptedException;

  /** Returns the leases that match any of the filters, or all leases without a filter. */
  List<Lease> list(String... filters) throws InterruptedException;

  /** Adds an existing object to a lease. */
  void addResource(String id, LeaseResource resource) throws InterruptedException;

  /** Returns the objects that a lease protects. */
  List<LeaseResource> resources(String id) throws InterruptedException;
}
