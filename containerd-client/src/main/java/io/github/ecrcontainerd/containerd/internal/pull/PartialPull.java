package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.internal.scope.CleanUp;
import io.github.ecrcontainerd.containerd.internal.scope.HeldLease;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.resolver.Digest;

/**
 * What a pull that fails leaves for the next one of the same image: the content that has come,
 * under a lease of a day. That lease has the root alone, whose labels keep what it names. Closed
 * before the lease of the pull is.
 */
final class PartialPull implements AutoCloseable {
  private final ContainerdServices services;
  private final Digest root;
  private boolean complete;

  PartialPull(ContainerdServices services, Digest root) {
    this.services = services;
    this.root = root;
  }

  /** The image is whole, and has its records: nothing has to be kept for another pull. */
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
          // One that is there already ends sooner.
          leases.delete(lease());
          try {
            HeldLease.create(leases, lease());
          } catch (ContainerdException e) {
            if (e.code() != ContainerdException.Code.ALREADY_EXISTS) {
              throw e;
            }
            // Another pull of this image has just failed, too.
          }
          leases.addResource(lease(), new LeaseResource("content", root.toString()));
        });
  }

  private String lease() {
    return "resume-" + root;
  }
}
