package io.github.ecrcontainerd.containerd.internal.scope;

import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.lease.Leases;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A lease for as long as an operation takes: given back also after an error or an interrupt. That
 * of a process which was killed is given back at the end of the next operation on the same machine,
 * or ends by itself. At its end, because what the operation goes on with may be kept by nothing
 * else until then.
 */
public final class HeldLease implements AutoCloseable {
  /** For the lease of an operation that was killed; containerd's own clients take the same. */
  private static final Duration LIFETIME = Duration.ofHours(24);

  /** Whose lease it is: {@link ProcessMark}. */
  private static final String PROCESS = "io.github.ecrcontainerd/process";

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
    Map<String, String> owner =
        ProcessMark.own().map(own -> Map.of(PROCESS, own.toString())).orElse(Map.of());
    Lease made = Creation.run(() -> create(leases, id, owner), () -> leases.delete(id));
    return new HeldLease(leases, made);
  }

  /**
   * Makes a lease that the daemon deletes by itself after a day. By the daemon's clock: where this
   * machine's is far behind, the lease would have ended when it is made.
   */
  public static Lease create(Leases leases, String id) throws InterruptedException {
    return create(leases, id, Map.of());
  }

  private static Lease create(Leases leases, String id, Map<String, String> labels)
      throws InterruptedException {
    Lease made = leases.create(id, ending(Instant.now(), labels));
    Duration apart = Duration.between(made.createdAt(), Instant.now()).abs();
    // A daemon that doesn't tell its time counts as one whose clock is right.
    if (made.createdAt().equals(Instant.EPOCH) || apart.compareTo(TOLERANCE) < 0) {
      return made;
    }
    leases.delete(id);
    return leases.create(id, ending(made.createdAt(), labels));
  }

  private static Map<String, String> ending(Instant now, Map<String, String> labels) {
    Map<String, String> all = new HashMap<>(labels);
    all.put(Leases.EXPIRE, now.plus(LIFETIME).truncatedTo(ChronoUnit.SECONDS).toString());
    return all;
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
    CleanUp.run(
        () -> {
          leases.delete(lease.id());
          giveBackOfTheEnded(leases);
        });
  }

  private static void giveBackOfTheEnded(Leases leases) throws InterruptedException {
    for (Lease held : leases.list("labels.\"" + PROCESS + "\"")) {
      boolean ended =
          Optional.ofNullable(held.labels().get(PROCESS))
              .flatMap(ProcessMark::parse)
              .filter(ProcessMark::hasEnded)
              .isPresent();
      if (ended) {
        var _ = leases.delete(held.id());
      }
    }
  }
}
