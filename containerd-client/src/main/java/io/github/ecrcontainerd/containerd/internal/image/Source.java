package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Where the bytes of an image come from. Safe for use by several threads at once. */
public interface Source {

  /**
   * The bytes of a document that is at hand, without a transfer. They have the document's digest,
   * which is not checked again, but may have another length than the descriptor says.
   */
  Optional<byte[]> held(Descriptor document) throws InterruptedException;

  /**
   * Opens a document or blob at an offset.
   *
   * @param offset the first byte wanted, from 0 to the descriptor's size
   */
  BlobReader open(Descriptor content, long offset) throws InterruptedException;

  /** Whether it has a document or blob, as far as that can be told without reading it. */
  boolean has(Descriptor content) throws InterruptedException;

  /**
   * Checks, where that is cheap, that all of these can be opened.
   *
   * @throws ImageException if not; the message names what is missing, and how to get it
   */
  void require(Collection<Descriptor> contents) throws InterruptedException;

  /** What refers to a manifest or index as its subject. */
  List<Descriptor> referrers(Descriptor subject) throws InterruptedException;
}
