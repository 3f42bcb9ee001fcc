package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.internal.scope.CleanUp;
import io.github.ecrcontainerd.containerd.internal.scope.HeldLease;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.resolver.Digest;

/**
 * Keeps the content of a failed pull for the next pull of the same image, under a lease of one day.
 * The lease protects only the root, whose labels keep its children. Closed before the lease of the
 * pull.
 */
final class PartialPull implements AutoCloseable {
  private final ContainerdServices services;
  private final Digest root;
  private boolean complete;

  PartialPull(ContainerdServices services, Digest root) {
    this.services = services;
    this.root = root;
  }

  /** The image is complete and has its records, so nothing is kept for another pull. */
  void complete() throws InterruptedException {
    complete = true;
    services.leases().delete(lease());
  }

  @Override
  public void close() {
    if (complete) {
      return;
    }
    CleanUp.run(
        () -> {
          if (services.content().info(root).isEmpty()) {
            return;
          }
          Leases leases = services.leases();
          // An existing lease would end sooner.
          leases.delete(lease());
          try {
            HeldLease.create(leases, lease());
          } catch (ContainerdException e) {
            if (e.code() != ContainerdException.Code.ALREADY_EXISTS) {
              throw e;
            }
            // Another failed pull of this image has just created it.
          }
          leases.addResource(lease(), new LeaseResource("content", root.toString()));
        });
  }

  private String lease() {
    return "resume-" + root;
  }
}
