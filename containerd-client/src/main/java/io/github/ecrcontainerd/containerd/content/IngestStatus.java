package io.github.ecrcontainerd.containerd.content;

import io.github.ecrcontainerd.resolver.Digest;
import java.time.Instant;
import java.util.Optional;

/**
 * An ingest that is under way, or was left to be resumed.
 *
 * @param ref its name
 * @param offset the bytes that it has
 * @param total the bytes that it will have; 0 where its writer didn't say
 * @param expected the digest that they will have, where its writer said
 * @param startedAt when its first writer opened it
 * @param updatedAt when it last got bytes
 */
public record IngestStatus(
    String ref,
    long offset,
    long total,
    Optional<Digest> expected,
    Instant startedAt,
    Instant updatedAt) {}
