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
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A lease for the duration of an operation, deleted also after an error or an interrupt. The lease
 * of a killed process expires, or is deleted at the end of the next operation on the same machine.
 * It is not deleted earlier, because that operation may resume content that only this lease keeps.
 * The same holds for a lease that its operation couldn't delete, because the daemon was gone.
 */
public final class HeldLease implements AutoCloseable {
  /**
   * The lifetime, which matters if the process is killed. containerd's own clients use the same.
   */
  private static final Duration LIFETIME = Duration.ofHours(24);

  /** The label with the lease's owner: {@link ProcessMark}. */
  private static final String PROCESS = "io.github.ecrcontainerd/process";

  /** The label that tells this copy of the library from others in the same process. */
  private static final String COPY = "io.github.ecrcontainerd/copy";

  private static final String OWN_COPY = UUID.randomUUID().toString();

  /** The leases of the operations that run now, over all daemons. */
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

  /** The tolerated difference between the daemon's clock and ours. */
  private static final Duration TOLERANCE = Duration.ofHours(1);

  private final Leases leases;
  private final Lease lease;

  private HeldLease(Leases leases, Lease lease) {
    this.leases = leases;
    this.lease = lease;
  }

  /**
   * Creates a lease.
   *
   * @param purpose the prefix of its name: {@code pull}
   */
  public static HeldLease take(Leases leases, String purpose) throws InterruptedException {
    String id = purpose + "-" + UUID.randomUUID();
    Map<String, String> owner =
        ProcessMark.own()
            .map(own -> Map.of(PROCESS, own.toString(), COPY, OWN_COPY))
            .orElse(Map.of());
    HELD.add(id);
    try {
      Lease made = Creation.run(() -> create(leases, id, owner), () -> leases.delete(id));
      return new HeldLease(leases, made);
    } catch (RuntimeException | InterruptedException e) {
      HELD.remove(id);
      throw e;
    }
  }

  /**
   * Creates a lease that the daemon deletes after a day by the daemon's clock. If this machine's
   * clock were used and far behind, the lease would expire at once.
   */
  public static Lease create(Leases leases, String id) throws InterruptedException {
    return create(leases, id, Map.of());
  }

  private static Lease create(Leases leases, String id, Map<String, String> labels)
      throws InterruptedException {
    Lease made = leases.create(id, ending(Instant.now(), labels));
    Duration apart = Duration.between(made.createdAt(), Instant.now()).abs();
    // If the daemon doesn't report a time, its clock is assumed to be right.
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

  /** The lease itself. */
  public Lease lease() {
    return lease;
  }

  /** Adds an existing object to the lease. */
  public void add(String type, String id) throws InterruptedException {
    leases.addResource(lease.id(), new LeaseResource(type, id));
  }

  @Override
  public void close() {
    HELD.remove(lease.id());
    CleanUp.run(
        () -> {
          leases.delete(lease.id());
          giveBackOfTheEnded(leases);
        });
  }

  private static void giveBackOfTheEnded(Leases leases) throws InterruptedException {
    for (Lease held : leases.list("labels.\"" + PROCESS + "\"")) {
      if (isLeft(held) || isOfAnEndedProcess(held)) {
        var _ = leases.delete(held.id());
      }
    }
  }

  /** Whether an operation of this process has ended without it. */
  private static boolean isLeft(Lease lease) {
    return OWN_COPY.equals(lease.labels().get(COPY)) && !HELD.contains(lease.id());
  }

  private static boolean isOfAnEndedProcess(Lease lease) {
    return Optional.ofNullable(lease.labels().get(PROCESS))
        .flatMap(ProcessMark::parse)
        .filter(ProcessMark::hasEnded)
        .isPresent();
  }
}
