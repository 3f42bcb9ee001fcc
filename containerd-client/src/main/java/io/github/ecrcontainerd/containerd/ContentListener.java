package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.util.List;

/**
 * Receives, for each manifest and blob of an image, either {@link #alreadyThere} or the events of
 * {@link TransferListener}. Blobs are transferred concurrently, so several threads call the
 * listener. A call must not block, because the transfer waits for it.
 *
 * <p>An exception from a call fails the whole pull, push or copy: the caller gets that exception,
 * and nothing is stored under the image's name.
 */
public interface ContentListener extends TransferListener {

  /**
   * The contents of the image are known: manifests and indexes, then blobs, each once, in the order
   * of their transfer. Called once, before any event of a blob. Events of the documents that were
   * read to find the contents come before this call. It is not known yet which contents the
   * destination has.
   */
  default void planned(List<Descriptor> contents) {}

  /** The destination has it: it is not transferred. */
  default void alreadyThere(Descriptor content) {}
}
