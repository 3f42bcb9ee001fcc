package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.ContentListener;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.internal.image.Transfers;
import io.github.ecrcontainerd.containerd.internal.transfer.Sink;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A sink that keeps an image's snapshots, but its layers only until they are unpacked. Layers that
 * are unpacked while they arrive are never written to the content store. All other content is
 * stored as usual.
 */
final class DiscardingSink implements Sink {
  private final Sink store;
  private final Sink whileLeased;
  private final Set<Digest> layers;
  private final Unpacker unpacker;
  private final ContentListener listener;

  /**
   * A sink for one image.
   *
   * @param store receives the content that is kept
   * @param whileLeased receives blobs that are kept only during the pull
   * @param layers the layers that are not kept
   */
  DiscardingSink(
      Sink store,
      Sink whileLeased,
      Set<Digest> layers,
      Unpacker unpacker,
      ContentListener listener) {
    this.store = store;
    this.whileLeased = whileLeased;
    this.layers = layers;
    this.unpacker = unpacker;
    this.listener = listener;
  }

  @Override
  public List<Descriptor> begin(ImageGraph image, Source source) throws InterruptedException {
    return store.begin(image, source);
  }

  @Override
  public void bring(Descriptor blob, Source source, Runnable opened) throws InterruptedException {
    if (!layers.contains(blob.digest())) {
      store.bring(blob, unpacker.tap(source), opened);
    } else if (unpacker.isUnpacked(blob)) {
      listener.alreadyThere(blob);
    } else if (!isUnpackedOnItsWay(blob, source, opened)) {
      whileLeased.bring(blob, unpacker.tap(source), opened);
    }
  }

  /**
   * Unpacks a layer while it arrives. After a digest mismatch it returns false, and the daemon
   * unpacks the second transfer.
   */
  private boolean isUnpackedOnItsWay(Descriptor layer, Source source, Runnable opened)
      throws InterruptedException {
    Optional<BlobReader> open = unpacker.open(source, layer);
    if (open.isEmpty()) {
      return false;
    }
    opened.run();
    try (BlobReader reader = open.get()) {
      return Transfers.observe(
          listener,
          layer,
          0,
          () -> {
            Transfers.copyVerified(reader, unpackedOnItsWay -> {}, layer, listener);
            return unpacker.needsNoContent(layer);
          });
    } catch (ImageException e) {
      if (e.code() != ImageException.Code.DAMAGED) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public void end(ImageGraph image) throws InterruptedException {
    store.end(image);
  }
}
