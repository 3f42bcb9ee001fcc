package io.github.ecrcontainerd.containerd.internal.pull;

import static java.util.Objects.requireNonNull;

import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.internal.image.Referrers;
import io.github.ecrcontainerd.containerd.internal.image.ResolvedFetcher;
import io.github.ecrcontainerd.containerd.internal.scope.HeldLease;
import io.github.ecrcontainerd.containerd.internal.scope.TaskGroup;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * One pull. Documents are brought under a lease and refer to the layers, so layers are kept from
 * the moment they are committed; layers themselves are brought without it, because an ingest that
 * belongs to a lease would go with it, and one that doesn't can be resumed for a day.
 */
public final class Pull {
  /** How many layers travel at a time: enough to fill a link with small ones. */
  private static final int LAYERS_AT_A_TIME = 4;

  private final ContainerdServices services;
  private final Function<Lease, ContainerdServices> underLease;
  private final PullOptions options;
  private final PullListener listener;

  private record Arriving(Descriptor layer, CountDownLatch here) {}

  /**
   * A pull that has not begun.
   *
   * @param underLease makes services whose results belong to a lease
   */
  public Pull(
      ContainerdServices services,
      Function<Lease, ContainerdServices> underLease,
      PullOptions options) {
    this.services = services;
    this.underLease = underLease;
    this.options = options;
    this.listener = options.listener();
  }

  /** Pulls an image and keeps it under its canonical name. */
  public Image run(String reference) throws InterruptedException {
    Resolution image = options.resolver().resolve(reference);
    listener.resolved(image);
    // Not by the canonical name: it doesn't say which kind of endpoint the reference asks for.
    Fetcher fetcher = new ResolvedFetcher(options.resolver().fetcher(reference), image);
    ContentArrival arrival = new ContentArrival(fetcher, image.name(), listener);
    try (HeldLease lease = HeldLease.take(services.leases(), "pull")) {
      ContainerdServices leased = underLease.apply(lease.lease());
      if (MediaTypes.isSchema1(image.target().mediaType())) {
        return convert(image, arrival, leased, lease);
      }
      WholeImage whole = new WholeImage(arrival, leased.content());
      List<Descriptor> documents;
      Optional<ImageWalk.Found> found = Optional.empty();
      if (options.allPlatforms()) {
        whole.add(image.target());
        documents = whole.documents();
        if (options.unpack()) {
          found = Optional.of(walk(arrival.quietly(), leased).run(image));
        }
      } else {
        ImageWalk walk = walk(arrival, leased);
        found = Optional.of(walk.run(image));
        documents = walk.documents();
      }
      List<WholeImage.Referrer> referrers =
          options.withReferrers() ? whole.addReferrers(documents, fetcher) : List.of();
      bringAndUnpack(arrival, found, whole.blobs(), leased, lease);
      keep(image, referrers);
      return keep(image.name(), image.target(), Map.of());
    }
  }

  private ImageWalk walk(ContentArrival arrival, ContainerdServices leased) {
    return new ImageWalk(arrival, leased.content(), services.content(), options.platform());
  }

  private Image convert(
      Resolution image, ContentArrival arrival, ContainerdServices leased, HeldLease lease)
      throws InterruptedException {
    if (!options.schema1Conversion()) {
      throw new ImageException(
          "%s is an image of Docker's schema 1, which containerd can't run as it is: set the"
                  .formatted(image.name())
              + " option schema1Conversion to have it converted");
    }
    Schema1Pull.Converted converted =
        new Schema1Pull(arrival, leased.content(), options.platform()).run(image);
    // The layers are there, and the listener knows.
    bringAndUnpack(arrival.quietly(), Optional.of(converted.found()), List.of(), leased, lease);
    return keep(image.name(), converted.target(), Map.of());
  }

  private void bringAndUnpack(
      ContentArrival arrival,
      Optional<ImageWalk.Found> found,
      Collection<Descriptor> others,
      ContainerdServices leased,
      HeldLease lease)
      throws InterruptedException {
    // A layer may stand twice in an image: it is brought once.
    Map<Digest, Arriving> layers = new LinkedHashMap<>();
    for (Descriptor layer : found.map(f -> f.manifest().layers()).orElse(List.of())) {
      layers.putIfAbsent(layer.digest(), new Arriving(layer, new CountDownLatch(1)));
    }
    for (Descriptor blob : others) {
      layers.putIfAbsent(blob.digest(), new Arriving(blob, new CountDownLatch(1)));
    }
    Semaphore travelling = new Semaphore(LAYERS_AT_A_TIME);
    try (TaskGroup tasks = new TaskGroup("pull")) {
      if (options.unpack() && found.flatMap(ImageWalk.Found::config).isPresent()) {
        Unpack unpack = new Unpack(leased, lease, options.snapshotter(), listener);
        Manifest manifest = found.orElseThrow().manifest();
        ImageConfig config = found.orElseThrow().config().orElseThrow();
        tasks.fork(
            () ->
                unpack.run(
                    manifest,
                    config,
                    layer -> requireNonNull(layers.get(layer.digest())).here().await()));
      }
      for (Arriving arriving : layers.values()) {
        // One behind the other: in this order they get connections, and the daemon's attention.
        CountDownLatch opened = new CountDownLatch(1);
        boolean started =
            tasks.fork(
                travelling,
                () -> {
                  try {
                    arrival.bring(services.content(), arriving.layer(), opened::countDown);
                    arriving.here().countDown();
                  } finally {
                    opened.countDown();
                  }
                });
        if (started) {
          opened.await();
        }
      }
      tasks.join();
    }
  }

  private void keep(Resolution image, List<WholeImage.Referrer> referrers)
      throws InterruptedException {
    for (WholeImage.Referrer referrer : referrers) {
      keep(
          Referrers.nameOf(image.name(), referrer.manifest().digest()),
          referrer.manifest(),
          Referrers.labels(referrer.subject()));
    }
  }

  /** Makes or moves an image record; labels that others put on it stay. */
  private Image keep(String name, Descriptor target, Map<String, String> labels)
      throws InterruptedException {
    Map<String, String> all =
        new HashMap<>(services.images().get(name).map(Image::labels).orElse(Map.of()));
    all.putAll(labels);
    return services.images().put(name, target, all);
  }
}
