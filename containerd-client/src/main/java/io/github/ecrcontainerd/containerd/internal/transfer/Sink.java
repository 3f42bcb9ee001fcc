package io.github.ecrcontainerd.containerd.internal.transfer;

import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;

/**
 * The destination of an image. Each sink has its own order: the content store takes parents first,
 * because their labels keep the children; a registry takes children first, and the tag last.
 * Several threads may call {@link #bring} at once.
 */
public interface Sink {

  /**
   * Starts an image: rejects content that can't be stored before any transfer, and stores the
   * content that precedes the blobs.
   *
   * @return the blobs to transfer, in this order
   */
  List<Descriptor> begin(ImageGraph image, Source source) throws InterruptedException;

  /**
   * Transfers one blob.
   *
   * @param opened called when the transfer has its place in the order; blobs that start later come
   *     after it
   */
  void bring(Descriptor blob, Source source, Runnable opened) throws InterruptedException;

  /** Stores the content that follows the blobs, once all blobs are stored. */
  void end(ImageGraph image) throws InterruptedException;
}
