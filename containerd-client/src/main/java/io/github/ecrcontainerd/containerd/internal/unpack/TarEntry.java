package io.github.ecrcontainerd.containerd.internal.unpack;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An entry of a tar archive. Names are bytes, one per character (ISO 8859-1).
 *
 * @param mode the permissions, and the three bits above them
 * @param size the number of content bytes, which only a regular file has
 * @param access the access time, if the archive has it
 * @param link the target of a link
 * @param attributes the extended attributes
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

  /** The type of the file. */
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
