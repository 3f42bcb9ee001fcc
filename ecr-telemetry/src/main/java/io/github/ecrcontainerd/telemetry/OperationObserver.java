package io.github.ecrcontainerd.telemetry;

import io.github.ecrcontainerd.containerd.PullListener;

/** Observes one operation, from its start to its end. */
interface OperationObserver extends PullListener {

  /** The operation has succeeded. This is the last call. */
  void succeeded();

  /** The operation has failed. This is the last call. */
  void failed(Throwable cause);
}
