package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.TransferListener;

/**
 * Is told how a pull goes: {@link #resolved} first, then for each manifest and blob either {@link
 * #alreadyThere}, or what {@link TransferListener} says of its transfer; and for each layer {@link
 * #unpacking} and {@link #unpacked}. Layers travel and are unpacked at the same time, so calls come
 * from several threads. A call must not throw, and must not block: the bytes wait for it.
 */
public interface PullListener extends TransferListener {

  /** The registry said what the reference names. */
  default void resolved(Resolution image) {}

  /** The content store has it: it is not transferred. */
  default void alreadyThere(Descriptor content) {}

  /** The daemon begins to unpack a layer. */
  default void unpacking(Descriptor layer) {}

  /** The layer is unpacked, now or since an earlier pull. */
  default void unpacked(Descriptor layer) {}
}
