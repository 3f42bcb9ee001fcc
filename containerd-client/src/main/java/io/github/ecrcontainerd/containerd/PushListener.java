package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.TransferListener;

/**
 * Is told how a push or a copy goes: for each blob either {@link #alreadyThere}, or what {@link
 * TransferListener} says of its transfer; then the same for each manifest. Blobs travel at the same
 * time, so calls come from several threads. A call must not throw, and must not block: the bytes
 * wait for it.
 */
public interface PushListener extends TransferListener {

  /** The registry has it: it is not transferred. */
  default void alreadyThere(Descriptor content) {}
}
