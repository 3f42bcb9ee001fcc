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
 * A containerd that keeps an image's snapshots, and its layers no longer than their unpacking
 * takes: those that are unpacked on their way don't go into the content store at all. Everything
 * else is stored as without.
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
   * @param store takes what is kept
   * @param whileLeased takes blobs for the length of the pull
   * @param layers that are not kept
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

  /** The second time, after wrong bytes, is the daemon's. */
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
