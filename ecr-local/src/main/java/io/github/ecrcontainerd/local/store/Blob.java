package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A blob file of a layout.
 *
 * @param digest its digest
 * @param path its path
 * @param size its length in bytes
 * @param written when it was written
 */
public record Blob(Digest digest, Path path, long size, Instant written) {}
