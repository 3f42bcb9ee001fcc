package io.github.ecrcontainerd.containerd.internal.push;

import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.containerd.TransferPlan;
import io.github.ecrcontainerd.containerd.internal.image.DocumentReader;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.ImageWalk;
import io.github.ecrcontainerd.containerd.internal.image.RemoteImage;
import io.github.ecrcontainerd.containerd.internal.image.Selection;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.internal.scope.HeldLease;
import io.github.ecrcontainerd.containerd.internal.transfer.ImageTransfer;
import io.github.ecrcontainerd.containerd.internal.transfer.RegistrySink;
import io.github.ecrcontainerd.containerd.internal.transfer.RegistrySource;
import io.github.ecrcontainerd.containerd.internal.transfer.Sink;
import io.github.ecrcontainerd.containerd.internal.transfer.StoreSource;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Transfers an image into a registry, from a content store or another registry. */
public final class PushOperation {
  private final RemoteImage destination;
  private final PushOptions options;

  /** Creates a push without starting it. */
  public PushOperation(RemoteImage destination, PushOptions options) {
    this.destination = destination;
    this.options = options;
  }

  /**
   * Pushes from a content store, under a lease: content that is deleted during the push stays
   * readable until it ends.
   */
  public Descriptor fromStore(ContainerdServices services, Descriptor root)
      throws InterruptedException {
    Sink sink = sink();
    try (HeldLease lease = HeldLease.take(services.leases(), "push")) {
      lease.add("content", root.digest().toString());
      return run(
          root.digest().toString(),
          new StoreSource(services.content(), services.images()),
          root,
          sink);
    }
  }

  /** Copies from a registry. */
  public Descriptor fromRegistry(RemoteImage from) throws InterruptedException {
    Sink sink = sink();
    Resolution image = from.resolve().run();
    return run(image.name(), new RegistrySource(from.fetcher().get(), image), image.target(), sink);
  }

  /** Returns what {@link #fromStore} would transfer. */
  public TransferPlan planFromStore(ContainerdServices services, Descriptor root)
      throws InterruptedException {
    Source store = new StoreSource(services.content(), services.images());
    return plan(walk(root.digest().toString(), store, root));
  }

  /** Returns what {@link #fromRegistry} would transfer. */
  public TransferPlan planFromRegistry(RemoteImage from) throws InterruptedException {
    Resolution image = from.resolve().run();
    Source registry = new RegistrySource(from.fetcher().get(), image);
    return plan(walk(image.name(), registry, image.target()));
  }

  /**
   * Counts documents as missing even if the registry has them, because putting them moves the tag.
   */
  private TransferPlan plan(ImageGraph image) throws InterruptedException {
    Pusher pusher = destination.pusher().get();
    pusher.checkRoot(image.root().descriptor());
    Set<Digest> absent = pusher.missing(image.blobs());
    List<Descriptor> present = new ArrayList<>();
    List<Descriptor> missing = new ArrayList<>();
    for (Descriptor blob : image.blobs()) {
      (absent.contains(blob.digest()) ? missing : present).add(blob);
    }
    image.childrenFirst().forEach(document -> missing.add(document.descriptor()));
    return new TransferPlan(image.root().descriptor(), present, missing);
  }

  private Sink sink() {
    return new RegistrySink(destination.pusher().get(), options.listener());
  }

  private Descriptor run(String name, Source source, Descriptor root, Sink sink)
      throws InterruptedException {
    ImageGraph image = walk(name, source, root);
    options.listener().planned(image.contents());
    new ImageTransfer(image, source, sink).run();
    return image.root().descriptor();
  }

  private ImageGraph walk(String name, Source source, Descriptor root) throws InterruptedException {
    Selection selection =
        Selection.toPush(options.platform(), options.foreignLayers(), options.withReferrers());
    return new ImageWalk(DocumentReader.of(name, source), source, selection).from(root);
  }
}
