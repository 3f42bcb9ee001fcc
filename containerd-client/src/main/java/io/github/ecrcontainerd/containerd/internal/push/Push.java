package io.github.ecrcontainerd.containerd.internal.push;

import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.containerd.internal.scope.HeldLease;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Pusher;

/** One push, under a lease: what is deleted meanwhile stays readable until it is through. */
public record Push(ContainerdServices services, PushOptions options) {

  /** Pushes what the content store has. */
  public Descriptor run(String reference, Descriptor target) throws InterruptedException {
    Pusher destination = options.resolver().pusher(reference);
    try (HeldLease lease = HeldLease.take(services.leases(), "push")) {
      lease.add("content", target.digest().toString());
      return new ImageTransfer(
              options.platform(),
              options.foreignLayers(),
              options.withReferrers(),
              options.listener())
          .run(new StoredSource(services.content(), services.images()), target, destination);
    }
  }
}
