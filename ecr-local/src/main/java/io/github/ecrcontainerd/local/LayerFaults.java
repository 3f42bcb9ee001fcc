package io.github.ecrcontainerd.local;

/** The rule that decides what goes wrong at the layer endpoint. Called by several threads. */
@FunctionalInterface
public interface LayerFaults {

  /** What goes wrong with the answer to this request. Must not block. */
  LayerFault of(LayerRequest request);
}
