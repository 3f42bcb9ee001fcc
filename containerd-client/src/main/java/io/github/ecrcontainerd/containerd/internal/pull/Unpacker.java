package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.diff.Diff;
import io.github.ecrcontainerd.containerd.internal.events.Recorder;
import io.github.ecrcontainerd.containerd.internal.events.UnpackEvent;
import io.github.ecrcontainerd.containerd.internal.image.Compression;
import io.github.ecrcontainerd.containerd.internal.image.GcLabels;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.internal.scope.CleanUp;
import io.github.ecrcontainerd.containerd.internal.scope.HeldLease;
import io.github.ecrcontainerd.containerd.internal.transfer.ImageTransfer;
import io.github.ecrcontainerd.containerd.internal.unpack.DirectUnpack;
import io.github.ecrcontainerd.containerd.internal.unpack.UnpackKey;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Creates the chain of snapshots of an image's layers, each as soon as its content has arrived:
 * from files that were unpacked while the layer arrived, or by the daemon. Existing snapshots are
 * reused.
 */
final class Unpacker implements AutoCloseable {
  /** The suffix of ocicrypt's media types, as in containerd's configuration. */
  private static final String ENCRYPTED = "+encrypted";

  private final ContentStore content;
  private final Snapshots snapshots;
  private final Diff diff;
  private final HeldLease lease;
  private final RootFs rootFs;
  private final PullListener listener;
  private final Optional<DirectUnpack> direct;

  /**
   * @param leased services under the lease, which protects new snapshots until the image record
   *     does
   * @param lease protects existing snapshots too
   * @param rootFs the layers to unpack
   * @param daemon the daemon's process ID, if this process writes into the snapshots' directories
   */
  Unpacker(
      ContainerdServices leased,
      HeldLease lease,
      String snapshotter,
      RootFs rootFs,
      OptionalLong daemon,
      PullListener listener)
      throws InterruptedException {
    this.content = leased.content();
    this.snapshots = leased.snapshots(snapshotter);
    this.diff = leased.diff();
    this.lease = lease;
    this.rootFs = rootFs;
    this.listener = listener;
    boolean isNew = snapshots.stat(rootFs.image().chainIds().getLast().toString()).isEmpty();
    this.direct =
        daemon.isPresent() && isNew
            ? Optional.of(
                new DirectUnpack(
                    snapshots, daemon.getAsLong(), layersOf(rootFs), listener::leftToTheDaemon))
            : Optional.empty();
  }

  private static List<DirectUnpack.Layer> layersOf(RootFs rootFs) {
    return IntStream.range(0, rootFs.layers().size())
        .mapToObj(
            i ->
                new DirectUnpack.Layer(
                    rootFs.layers().get(i),
                    rootFs.image().diffIds().get(i),
                    rootFs.image().chainIds().get(i),
                    i == 0))
        .toList();
  }

  /** Wraps the source of the layers, so that they are unpacked while they arrive if possible. */
  Source tap(Source source) {
    return direct.map(unpack -> unpack.tap(source)).orElse(source);
  }

  /** Whether a layer has its snapshot already. If so, the lease protects the snapshot. */
  boolean isUnpacked(Descriptor layer) throws InterruptedException {
    List<Digest> chainIds = rootFs.image().chainIds();
    return isThere(chainIds.getLast()) || isThere(chainIds.get(digests().indexOf(layer.digest())));
  }

  /**
   * Opens a layer that is unpacked while it is read, and not stored elsewhere.
   *
   * @return empty if the daemon has to unpack it, at least once
   */
  Optional<BlobReader> open(Source source, Descriptor layer) throws InterruptedException {
    return direct.isPresent() && Collections.frequency(digests(), layer.digest()) == 1
        ? direct.get().open(source, layer)
        : Optional.empty();
  }

  private List<Digest> digests() {
    return rootFs.layers().stream().map(Descriptor::digest).toList();
  }

  /** Whether a layer that was read only needs to be committed. */
  boolean needsNoContent(Descriptor layer) throws InterruptedException {
    return direct.isPresent() && direct.get().isUnpacked(layer);
  }

  /** Transfers the content of a layer that the daemon has to unpack, if it isn't stored yet. */
  @FunctionalInterface
  interface Missing {
    void bring(Descriptor layer) throws InterruptedException;
  }

  /** Unpacks an image and labels its configuration so that it keeps the snapshots. */
  void run(ImageTransfer.Arrivals arrivals) throws InterruptedException {
    run(arrivals, layer -> {});
  }

  /**
   * As {@link #run(ImageTransfer.Arrivals)}, for an image whose layers need not be in the content
   * store.
   */
  void run(ImageTransfer.Arrivals arrivals, Missing missing) throws InterruptedException {
    List<Descriptor> layers = rootFs.layers();
    List<Digest> chainIds = rootFs.image().chainIds();
    for (int i = firstMissing(chainIds); i < layers.size(); i++) {
      if (!isThere(chainIds.get(i))) {
        arrivals.await(layers.get(i));
        listener.unpacking(layers.get(i));
        String parent = i == 0 ? "" : chainIds.get(i - 1).toString();
        Digest diffId = rootFs.image().diffIds().get(i);
        if (!wasUnpacked(layers.get(i), parent, chainIds.get(i))) {
          missing.bring(layers.get(i));
          unpackAndTell(layers.get(i), diffId, parent, chainIds.get(i));
        }
        note(layers.get(i), diffId);
      }
      listener.unpacked(layers.get(i));
    }
    content.updateLabels(
        rootFs.config().digest(),
        GcLabels.keepingSnapshot(snapshots.snapshotter(), chainIds.getLast()));
  }

  private void unpackAndTell(Descriptor layer, Digest diffId, String parent, Digest chainId)
      throws InterruptedException {
    UnpackEvent event = Recorder.isOn() ? new UnpackEvent(layer, false) : null;
    boolean completed = false;
    try {
      unpack(layer, diffId, parent, chainId);
      completed = true;
    } finally {
      if (event != null) {
        event.ended(completed);
      }
    }
  }

  /** Labels a layer with its diff ID, if the content store has the layer. */
  private void note(Descriptor layer, Digest diffId) throws InterruptedException {
    if (content.info(layer.digest()).isPresent()) {
      content.updateLabels(layer.digest(), Map.of(GcLabels.UNCOMPRESSED, diffId.toString()));
    }
  }

  /**
   * Returns the first layer to unpack: after all layers if the uppermost snapshot exists, else the
   * lowest.
   */
  private int firstMissing(List<Digest> chainIds) throws InterruptedException {
    return isThere(chainIds.getLast()) ? chainIds.size() : 0;
  }

  /** Whether a snapshot exists. If so, the lease protects it. */
  private boolean isThere(Digest chainId) throws InterruptedException {
    if (snapshots.stat(chainId.toString()).isEmpty()) {
      return false;
    }
    lease.add("snapshots/" + snapshots.snapshotter(), chainId.toString());
    return true;
  }

  /** Commits a layer that was unpacked while it arrived. Returns false if it was not. */
  private boolean wasUnpacked(Descriptor layer, String parent, Digest chainId)
      throws InterruptedException {
    try {
      return direct.isPresent() && direct.get().commit(layer, parent, chainId, labels(chainId));
    } catch (ContainerdException e) {
      // Another client committed it first, which is equivalent.
      if (e.code() == ContainerdException.Code.ALREADY_EXISTS && isThere(chainId)) {
        return true;
      }
      throw e;
    }
  }

  private static Map<String, String> labels(Digest chainId) {
    return Map.of(GcLabels.SNAPSHOT_REF, chainId.toString());
  }

  @Override
  public void close() {
    direct.ifPresent(DirectUnpack::close);
  }

  private void unpack(Descriptor layer, Digest diffId, String parent, Digest chainId)
      throws InterruptedException {
    Map<String, String> labels = labels(chainId);
    String key = UnpackKey.of(chainId);
    try {
      List<Mount> mounts = snapshots.prepare(key, parent, labels);
      Descriptor applied = diff.apply(asItIs(layer), mounts);
      if (!applied.digest().equals(diffId)) {
        throw new ImageException(
            ImageException.Code.MALFORMED,
            layer.digest(),
            "The layer %s unpacks to %s; the image configuration says %s"
                .formatted(layer.digest(), applied.digest(), diffId));
      }
      snapshots.commit(chainId.toString(), key, labels);
    } catch (RuntimeException | InterruptedException e) {
      remove(key, e);
      // Another client committed it first, which is equivalent.
      boolean lost =
          e instanceof ContainerdException refused
              && refused.code() == ContainerdException.Code.ALREADY_EXISTS
              && isThere(chainId);
      if (!lost) {
        throw e;
      }
    }
  }

  /**
   * Returns the layer with the media type that matches its bytes. containerd 1.6 trusts OCI's type
   * of a plain archive, and knows zstd only by OCI's type. An encrypted layer keeps its type, by
   * which the daemon chooses the program that decrypts it.
   */
  private Descriptor asItIs(Descriptor layer) throws InterruptedException {
    if (layer.mediaType().endsWith(ENCRYPTED)) {
      return layer;
    }
    String mediaType =
        switch (Compression.of(content, layer)) {
          case NONE -> MediaTypes.OCI_LAYER;
          case GZIP -> MediaTypes.OCI_LAYER_GZIP;
          case ZSTD -> MediaTypes.OCI_LAYER_ZSTD;
        };
    return Descriptor.of(mediaType, layer.digest(), layer.size());
  }

  /** Removes an unfinished snapshot. */
  private void remove(String key, Exception reason) {
    CleanUp.run(
        () -> {
          try {
            snapshots.remove(key);
          } catch (ContainerdException e) {
            reason.addSuppressed(e);
          }
        });
  }
}
