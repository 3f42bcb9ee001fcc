package io.github.ecrcontainerd.local.layers;

/** How a response ends that does not end well. */
enum FaultyEnd {
  RESET,
  CLOSE,
  STALL
}
