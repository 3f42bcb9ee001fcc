package io.github.ecrcontainerd.containerd.content;

import io.github.ecrcontainerd.resolver.Digest;
import java.time.Instant;
import java.util.Optional;

/**
 * An ingest that is running or can be resumed.
 *
 * @param ref the name of the ingest
 * @param offset the number of bytes that it has
 * @param total the number of bytes that it will have; 0 if its writer didn't state it
 * @param expected the digest that it will have, if its writer stated it
 * @param startedAt when its first writer opened it
 * @param updatedAt when it last received bytes
 */
public record IngestStatus(
    String ref,
    long offset,
    long total,
    Optional<Digest> expected,
    Instant startedAt,
    Instant updatedAt) {}
