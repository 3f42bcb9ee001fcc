package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A file of a layout.
 *
 * @param digest its name
 * @param path where it is
 * @param size its length in bytes
 * @param written when it got there
 */
public record Blob(Digest digest, Path path, long size, Instant written) {}
