package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.ContentListener;
import io.github.ecrcontainerd.containerd.Peer;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.TransferPlan;
import io.github.ecrcontainerd.containerd.Unpacking;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.internal.image.DocumentReader;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.ImageWalk;
import io.github.ecrcontainerd.containerd.internal.image.PlatformChoice;
import io.github.ecrcontainerd.containerd.internal.image.RemoteImage;
import io.github.ecrcontainerd.containerd.internal.image.Selection;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.internal.run.DefaultSnapshotter;
import io.github.ecrcontainerd.containerd.internal.scope.HeldLease;
import io.github.ecrcontainerd.containerd.internal.transfer.ImageTransfer;
import io.github.ecrcontainerd.containerd.internal.transfer.RegistrySource;
import io.github.ecrcontainerd.containerd.internal.transfer.Sink;
import io.github.ecrcontainerd.containerd.internal.transfer.StoreSink;
import io.github.ecrcontainerd.containerd.internal.transfer.StoreSource;
import io.github.ecrcontainerd.containerd.internal.unpack.DirectUnpack;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One pull: resolves the reference, walks the image, transfers its content into the content store
 * while the layers are unpacked, and then creates the image records.
 */
public final class PullOperation {
  private final ContainerdServices services;
  private final String namespace;
  private final Supplier<Peer> peer;
  private final PullOptions options;
  private final PullListener listener;

  /** Layers that are kept only as snapshots. */
  private Set<Digest> discarded = Set.of();

  /**
   * Creates a pull without starting it.
   *
   * @param namespace the namespace of the services
   * @param peer returns the daemon's process
   */
  public PullOperation(
      ContainerdServices services, String namespace, Supplier<Peer> peer, PullOptions options) {
    this.services = services;
    this.namespace = namespace;
    this.peer = peer;
    this.options = options;
    this.listener = options.listener();
  }

  /**
   * Pulls an image.
   *
   * @return the record of the image's first name
   */
  public Image run(RemoteImage remote) throws InterruptedException {
    Resolution resolved = remote.resolve().run();
    listener.resolved(resolved);
    ImageRecords records =
        new ImageRecords(
            services.images(),
            ImageNames.of(remote.reference(), resolved.name(), options, namespace));
    try (HeldLease lease = HeldLease.take(services.leases(), "pull");
        PartialPull partial = new PartialPull(services, resolved.target().digest())) {
      ContainerdServices leased = services.withLease(lease.lease());
      ImageGraph image =
          MediaTypes.isSchema1(resolved.target().mediaType())
              ? convert(resolved, remote.fetcher().get(), leased, lease)
              : transfer(resolved, remote.fetcher().get(), leased, lease);
      Image kept = records.keep(image);
      requireContent(resolved, image, records);
      partial.complete();
      return kept;
    }
  }

  /**
   * Checks that all content is still there, now that the records keep it. Until then only the lease
   * kept it, and another client may have ended the lease. If content is missing, restores the
   * records.
   */
  private void requireContent(Resolution resolved, ImageGraph image, ImageRecords records)
      throws InterruptedException {
    for (Descriptor content : image.contents()) {
      if (!discarded.contains(content.digest())
          && services.content().info(content.digest()).isEmpty()) {
        records.takeBack();
        throw new ImageException(
            ImageException.Code.INCOMPLETE,
            resolved.name(),
            content.digest(),
            "%s of %s was removed from containerd while the image was pulled: pull again"
                .formatted(content.digest(), resolved.name()),
            null);
      }
    }
  }

  /** Returns what {@link #run} would transfer. */
  public TransferPlan plan(RemoteImage remote) throws InterruptedException {
    Resolution resolved = remote.resolve().run();
    if (MediaTypes.isSchema1(resolved.target().mediaType())) {
      throw new ImageException(
          ImageException.Code.UNSUPPORTED,
          resolved.name(),
          resolved.target().digest(),
          "%s is an image of Docker's schema 1: its converted form is known only after the pull"
              .formatted(resolved.name()),
          null);
    }
    StoreSource store = new StoreSource(services.content(), services.images());
    ImageGraph image =
        walk(
            resolved,
            store,
            new RegistrySource(remote.fetcher().get(), resolved),
            new ContentListener() {});
    List<Descriptor> present = new ArrayList<>();
    List<Descriptor> missing = new ArrayList<>();
    for (Descriptor content : image.contents()) {
      (store.has(content) ? present : missing).add(content);
    }
    return new TransferPlan(resolved.target(), present, missing);
  }

  private ImageGraph walk(Resolution resolved, Source store, Source registry, ContentListener told)
      throws InterruptedException {
    Selection selection =
        Selection.toPull(
            options.platform(), options.allPlatforms(), options.unpack(), options.withReferrers());
    return new ImageWalk(
            DocumentReader.ofTransfer(resolved.name(), store, registry, told), registry, selection)
        .from(resolved.target());
  }

  private ImageGraph transfer(
      Resolution resolved, Fetcher fetcher, ContainerdServices leased, HeldLease lease)
      throws InterruptedException {
    Source registry = new RegistrySource(fetcher, resolved);
    ImageGraph image =
        walk(resolved, new StoreSource(leased.content(), leased.images()), registry, listener);
    listener.planned(image.contents());
    image.warnings().forEach(listener::warning);
    Optional<RootFs> rootFs = rootFs(image);
    discarded =
        options.discardLayers()
            ? rootFs.map(layers -> layers.ownLayers(image)).orElse(Set.of())
            : Set.of();
    Sink sink = sink(resolved, leased, services.content());
    if (rootFs.isEmpty()) {
      new ImageTransfer(image, registry, sink).run();
      return image;
    }
    try (Unpacker unpacker = unpacker(rootFs.get(), leased, lease)) {
      if (discarded.isEmpty()) {
        new ImageTransfer(image, unpacker.tap(registry), sink).run(unpacker::run);
      } else {
        Sink whileLeased = sink(resolved, leased, leased.content());
        Sink discarding = new DiscardingSink(sink, whileLeased, discarded, unpacker, listener);
        new ImageTransfer(image, registry, discarding)
            .run(
                arrivals ->
                    unpacker.run(arrivals, layer -> whileLeased.bring(layer, registry, () -> {})));
      }
    }
    return image;
  }

  private Sink sink(Resolution resolved, ContainerdServices leased, ContentStore forBlobs) {
    return new StoreSink(resolved.name(), leased.content(), forBlobs, discarded, listener);
  }

  private Optional<RootFs> rootFs(ImageGraph image) {
    return options.unpack() ? RootFs.of(image, listener) : Optional.empty();
  }

  private Unpacker unpacker(RootFs rootFs, ContainerdServices leased, HeldLease lease)
      throws InterruptedException {
    String snapshotter =
        DefaultSnapshotter.choose(options.snapshotter(), services.namespaces(), namespace);
    return new Unpacker(leased, lease, snapshotter, rootFs, directly(snapshotter), listener);
  }

  /** Returns the daemon's process ID, if this process unpacks instead of the daemon. */
  private OptionalLong directly(String snapshotter) {
    if (options.unpacking() == Unpacking.DAEMON) {
      return OptionalLong.empty();
    }
    OptionalLong daemon = peer.get().pid();
    Optional<String> refusal = DirectUnpack.refusal(daemon, snapshotter);
    if (refusal.isPresent() && options.unpacking() == Unpacking.DIRECT) {
      throw new ContainerdException(
          ContainerdException.Code.PERMISSION_DENIED,
          "Unpack",
          "",
          "%s: leave it to the daemon".formatted(refusal.get()),
          null);
    }
    refusal.ifPresent(listener::allLeftToTheDaemon);
    return refusal.isPresent() ? OptionalLong.empty() : daemon;
  }

  private ImageGraph convert(
      Resolution resolved, Fetcher fetcher, ContainerdServices leased, HeldLease lease)
      throws InterruptedException {
    if (!options.schema1Conversion()) {
      throw new ImageException(
          ImageException.Code.UNSUPPORTED,
          resolved.name(),
          resolved.target().digest(),
          "%s is an image of Docker's schema 1, which containerd can't run as it is: set the"
                  .formatted(resolved.name())
              + " option schema1Conversion to have it converted",
          null);
    }
    ImageGraph image =
        new Schema1Conversion(
                leased.content(), fetcher, listener, PlatformChoice.of(options.platform()))
            .run(resolved);
    image.warnings().forEach(listener::warning);
    Optional<RootFs> rootFs = rootFs(image);
    if (rootFs.isPresent()) {
      try (Unpacker unpacker = unpacker(rootFs.get(), leased, lease)) {
        unpacker.run(allThere -> {});
      }
    }
    return image;
  }
}
