package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.util.List;

/**
 * Is told, for each manifest and blob of an image, either {@link #alreadyThere} or what {@link
 * TransferListener} says of its transfer. Blobs travel at the same time, so calls come from several
 * threads. A call must not block: the bytes wait for it.
 *
 * <p>What a call throws ends the whole pull, push or copy as an error of its own would: the caller
 * gets that exception, and nothing is kept under the image's name.
 */
public interface ContentListener extends TransferListener {

  /**
   * What belongs to the image is known: manifests and indexes, then blobs, each once, in the order
   * in which they are transferred. Told once, before any blob is; those documents that had to be
   * read to know it have been told of by then. What of these the destination has is not known yet.
   */
  default void planned(List<Descriptor> contents) {}

  /** The destination has it: it is not transferred. */
  default void alreadyThere(Descriptor content) {}
}
