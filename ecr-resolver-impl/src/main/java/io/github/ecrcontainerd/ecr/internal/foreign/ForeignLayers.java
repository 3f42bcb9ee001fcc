package io.github.ecrcontainerd.ecr.internal.foreign;

import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;

/** Reads foreign layers from where their descriptors say that they are. */
public final class ForeignLayers {
  private final AddressRule rule;

  /**
   * @param allowPrivate whether from any address, not from public ones only
   */
  public ForeignLayers(boolean allowPrivate) {
    this.rule = new AddressRule(allowPrivate);
  }

  /** A layer from an offset on. Nothing is asked for before the first read. */
  public BlobReader open(EcrReference reference, Descriptor layer, long offset) {
    return new ForeignReader(rule, reference, layer, offset);
  }
}
