package io.github.ecrcontainerd.containerd.internal.scope;

import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.lease.Leases;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;

/** A lease for as long as an operation takes: given back also after an error or an interrupt. */
public final class HeldLease implements AutoCloseable {
  /** For the lease of an operation that was killed; containerd's own clients take the same. */
  private static final Duration LIFETIME = Duration.ofHours(24);

  /** So far two clocks may be apart. */
  private static final Duration TOLERANCE = Duration.ofHours(1);

  private final Leases leases;
  private final Lease lease;

  private HeldLease(Leases leases, Lease lease) {
    this.leases = leases;
    this.lease = lease;
  }

  /**
   * Takes a lease.
   *
   * @param purpose what its name begins with: {@code pull}
   */
  public static HeldLease take(Leases leases, String purpose) throws InterruptedException {
    String id = purpose + "-" + UUID.randomUUID();
    Lease made = Creation.run(() -> create(leases, id), () -> leases.delete(id));
    return new HeldLease(leases, made);
  }

  /**
   * Makes a lease that the daemon deletes by itself after a day. By the daemon's clock: where this
   * machine's is far behind, the lease would have ended when it is made.
   */
  public static Lease create(Leases leases, String id) throws InterruptedException {
    Lease made = leases.create(id, LIFETIME);
    Duration apart = Duration.between(made.createdAt(), Instant.now()).abs();
    // A daemon that doesn't tell its time counts as one whose clock is right.
    if (made.createdAt().equals(Instant.EPOCH) || apart.compareTo(TOLERANCE) < 0) {
      return made;
    }
    leases.delete(id);
    Instant expiry = made.createdAt().plus(LIFETIME).truncatedTo(ChronoUnit.SECONDS);
    return leases.create(id, Map.of(Leases.EXPIRE, expiry.toString()));
  }

  /** What the daemon knows it by. */
  public Lease lease() {
    return lease;
  }

  /** Puts something that is there already under the lease. */
  public void add(String type, String id) throws InterruptedException {
    leases.addResource(lease.id(), new LeaseResource(type, id));
  }

  @Override
  public void close() {
    CleanUp.run(() -> leases.delete(lease.id()));
  }
}
