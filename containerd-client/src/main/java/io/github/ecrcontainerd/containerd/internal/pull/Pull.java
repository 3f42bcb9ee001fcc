package io.github.ecrcontainerd.containerd.internal.pull;

import static java.util.Objects.requireNonNull;

import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.LinkedHashMap;
import java.util.Map;
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
  private static final int LAYERS_AT_A_TIME = 8;

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
    ContentArrival arrival =
        new ContentArrival(options.resolver().fetcher(image.name()), image.name(), listener);
    try (HeldLease lease = HeldLease.take(services.leases())) {
      ContainerdServices leased = underLease.apply(lease.lease());
      if (MediaTypes.isSchema1(image.target().mediaType())) {
        return convert(image, arrival, leased, lease);
      }
      ImageWalk.Found found =
          new ImageWalk(arrival, leased.content(), services.content(), options.platform())
              .run(image);
      bringAndUnpack(arrival, found, leased, lease);
      return keep(image);
    }
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
    ContentArrival quiet =
        new ContentArrival(arrival.fetcher(), image.name(), new PullListener() {});
    bringAndUnpack(quiet, converted.found(), leased, lease);
    return keep(new Resolution(image.name(), converted.target()));
  }

  private void bringAndUnpack(
      ContentArrival arrival, ImageWalk.Found found, ContainerdServices leased, HeldLease lease)
      throws InterruptedException {
    // A layer may stand twice in an image: it is brought once.
    Map<Digest, Arriving> layers = new LinkedHashMap<>();
    for (Descriptor layer : found.manifest().layers()) {
      layers.putIfAbsent(layer.digest(), new Arriving(layer, new CountDownLatch(1)));
    }
    Semaphore travelling = new Semaphore(LAYERS_AT_A_TIME);
    try (TaskGroup tasks = new TaskGroup("pull")) {
      if (options.unpack() && found.config().isPresent()) {
        Unpack unpack = new Unpack(leased, lease, options.snapshotter(), listener);
        tasks.fork(
            () ->
                unpack.run(
                    found.manifest(),
                    found.config().orElseThrow(),
                    layer -> requireNonNull(layers.get(layer.digest())).here().await()));
      }
      for (Arriving arriving : layers.values()) {
        travelling.acquire();
        tasks.fork(
            () -> {
              try {
                arrival.bring(services.content(), arriving.layer());
                arriving.here().countDown();
              } finally {
                travelling.release();
              }
            });
      }
      tasks.join();
    }
  }

  /** Makes or moves the image record; labels that others put on it stay. */
  private Image keep(Resolution image) throws InterruptedException {
    Map<String, String> labels =
        services.images().get(image.name()).map(Image::labels).orElse(Map.of());
    return services.images().put(image.name(), image.target(), labels);
  }
}
