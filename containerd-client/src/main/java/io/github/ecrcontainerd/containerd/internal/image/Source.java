package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A source of an image's bytes. Safe for use by several threads at once. */
public interface Source {

  /**
   * Returns the bytes of a document that are available without a transfer. They are known to match
   * the digest, but their length may differ from the descriptor's size.
   */
  Optional<byte[]> held(Descriptor document) throws InterruptedException;

  /**
   * Opens a document or blob at an offset.
   *
   * @param offset the offset of the first byte, from 0 to the descriptor's size
   */
  BlobReader open(Descriptor content, long offset) throws InterruptedException;

  /** Whether it has a document or blob, as far as is known without reading it. */
  boolean has(Descriptor content) throws InterruptedException;

  /**
   * Checks that all of these can be opened, if the check is cheap.
   *
   * @throws ImageException if not; the message names the missing content, and how to get it
   */
  void require(Collection<Descriptor> contents) throws InterruptedException;

  /** Returns the referrers of a manifest or index. */
  List<Descriptor> referrers(Descriptor subject) throws InterruptedException;
}
