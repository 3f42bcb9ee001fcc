package io.github.ecrcontainerd.containerd.internal.scope;

import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.lease.Leases;
import java.time.Duration;
import java.util.UUID;

/** A lease for as long as an operation takes: given back also after an error or an interrupt. */
public final class HeldLease implements AutoCloseable {
  /** For the lease of an operation that was killed; containerd's own clients take the same. */
  private static final Duration LIFETIME = Duration.ofHours(24);

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
    Lease made = Creation.run(() -> leases.create(id, LIFETIME), () -> leases.delete(id));
    return new HeldLease(leases, made);
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
