package io.github.ecrcontainerd.local;

/** A rule that chooses the fault of each layer request. Called by several threads. */
@FunctionalInterface
public interface LayerFaults {

  /** Returns the fault of the answer to this request. Must not block. */
  LayerFault of(LayerRequest request);
}
