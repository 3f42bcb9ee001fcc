package io.github.ecrcontainerd.containerd.content;

import io.github.ecrcontainerd.resolver.Digest;
import java.time.Instant;
import java.util.Map;

/**
 * The content store's metadata of a blob.
 *
 * @param digest its digest
 * @param size its size in bytes
 * @param createdAt when it was added to this namespace
 * @param updatedAt when its labels last changed
 * @param labels free text by key; the garbage collector reads some of them
 */
public record ContentInfo(
    Digest digest, long size, Instant createdAt, Instant updatedAt, Map<String, String> labels) {
  public ContentInfo {
    labels = Map.copyOf(labels);
  }
}
