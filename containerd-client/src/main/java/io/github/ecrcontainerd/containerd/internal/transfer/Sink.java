package io.github.ecrcontainerd.containerd.internal.transfer;

import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;

/**
 * Where an image goes. It stores in its own order: the content store takes parents first, because
 * their labels keep the children; a registry takes children first, and the tag last. {@link #bring}
 * may be called by several threads at once.
 */
public interface Sink {

  /**
   * Begins to take an image: refuses what can't be stored before anything moves, and stores what
   * comes before the blobs.
   *
   * @return the blobs that are to be brought, in this order
   */
  List<Descriptor> begin(ImageGraph image, Source source) throws InterruptedException;

  /**
   * Brings one blob.
   *
   * @param opened is called when the transfer has its place: blobs that begin later come after it
   */
  void bring(Descriptor blob, Source source, Runnable opened) throws InterruptedException;

  /** Stores what comes after the blobs, all of which are there. */
  void end(ImageGraph image) throws InterruptedException;
}
