package io.github.ecrcontainerd.containerd;

/**
 * Is told how a push or a copy goes: what {@link ContentListener} says of each blob, then the same
 * of each manifest. Blobs travel at the same time, so calls come from several threads. A call must
 * not block; what it throws ends the operation.
 */
public interface PushListener extends ContentListener {}
