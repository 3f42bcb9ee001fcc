package io.github.ecrcontainerd.ecr.internal.foreign;

import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;

/** Reads foreign layers from the URLs in their descriptors. */
public final class ForeignLayers {
  private final AddressRule rule;

  /**
   * @param allowPrivate whether to allow any address, not only public ones
   */
  public ForeignLayers(boolean allowPrivate) {
    this.rule = new AddressRule(allowPrivate);
  }

  /** Opens a layer at an offset. Sends no request before the first read. */
  public BlobReader open(EcrReference reference, Descriptor layer, long offset) {
    return new ForeignReader(rule, reference, layer, offset);
  }
}
