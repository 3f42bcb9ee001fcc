package io.github.ecrcontainerd.containerd;

/**
 * Is told how a push or a copy goes: what {@link ContentListener} says of each blob, then the same
 * of each manifest. Blobs travel at the same time, so calls come from several threads. A call must
 * not throw, and must not block: the bytes wait for it.
 */
public interface PushListener extends ContentListener {}
