package io.github.ecrcontainerd.containerd.internal.push;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.Collection;
import java.util.List;

/** Where the bytes of an image come from. Safe for use by several threads at once. */
public interface Source {

  /** Opens a document or blob at its first byte. */
  BlobReader open(Descriptor content) throws InterruptedException;

  /**
   * Checks, where that is cheap, that all of these can be opened.
   *
   * @throws ImageException if not; the message names what is missing, and how to get it
   */
  void require(Collection<Descriptor> contents) throws InterruptedException;

  /** What refers to a manifest or index as its subject. */
  List<Descriptor> referrers(Descriptor subject) throws InterruptedException;
}
