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
 * <p>Each call throws {@link ContainerdException} if the daemon can't do it or can't be asked, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Leases {

  /** The label that says when the daemon may delete a lease by itself: a time in RFC 3339. */
  String EXPIRE = "containerd.io/gc.expire";

  /**
   * Takes a lease.
   *
   * @param id its name, which no other lease of the namespace has; {@code ""} lets the daemon
   *     choose one
   */
  Lease create(String id, Map<String, String> labels) throws InterruptedException;

  /** Takes a lease that the daemon deletes by itself after some time, to the second. */
  default Lease create(String id, Duration lifetime) throws InterruptedException {
    Instant expiry = Instant.now().plus(lifetime).truncatedTo(ChronoUnit.SECONDS);
    return create(id, Map.of(EXPIRE, expiry.toString()));
  }

  /**
   * Ends a lease: what it alone protects will be collected, without waiting for that.
   *
   * @return whether there was one
   */
  boolean delete(String id) throws InterruptedException;

  /**
   * Ends a lease and waits until what it alone protected is gone.
   *
   * @return whether there was one
   */
  boolean deleteAndCollect(String id) throws InterruptedException;

  /** The leases that match any of the filters; all of them without a filter. */
  List<Lease> list(String... filters) throws InterruptedException;

  /** Puts something that is there already under a lease. */
  void addResource(String id, LeaseResource resource) throws InterruptedException;

  /** What a lease protects. */
  List<LeaseResource> resources(String id) throws InterruptedException;
}
