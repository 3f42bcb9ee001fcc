package io.github.ecrcontainerd.containerd;

/**
 * Receives the progress of a push or a copy: the events of {@link ContentListener} for each blob,
 * then for each manifest. Blobs are transferred concurrently, so several threads call the listener.
 * A call must not block; an exception from it fails the operation.
 */
public interface PushListener extends ContentListener {}
