package io.github.ecrcontainerd.containerd.content;

import io.github.ecrcontainerd.resolver.Digest;
import java.time.Instant;
import java.util.Map;

/**
 * What the content store knows of a blob.
 *
 * @param digest its name
 * @param size its bytes
 * @param createdAt when this namespace got it
 * @param updatedAt when its labels last changed
 * @param labels free text by key, some of which the garbage collector reads
 */
public record ContentInfo(
    Digest digest, long size, Instant createdAt, Instant updatedAt, Map<String, String> labels) {
  public ContentInfo {
    labels = Map.copyOf(labels);
  }
}
