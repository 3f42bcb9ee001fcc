package io.github.ecrcontainerd.local.layers;

/** How a faulty response ends. */
enum FaultyEnd {
  RESET,
  CLOSE,
  STALL
}
