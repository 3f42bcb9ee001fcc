package io.github.ecrcontainerd.containerd.internal.unpack;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An entry of a tar archive. Names are bytes, each a character (ISO 8859-1).
 *
 * @param mode permissions, and the three bits before them
 * @param size bytes of content, which only a regular file has
 * @param access if the archive says
 * @param link what a link names
 * @param attributes extended ones
 */
record TarEntry(
    String name,
    Type type,
    int mode,
    int uid,
    int gid,
    long size,
    Instant modification,
    Optional<Instant> access,
    String link,
    int major,
    int minor,
    Map<String, byte[]> attributes) {

  /** What it makes. */
  enum Type {
    FILE,
    HARD_LINK,
    LINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    DIRECTORY,
    FIFO
  }
}
