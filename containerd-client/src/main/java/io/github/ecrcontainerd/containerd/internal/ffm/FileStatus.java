package io.github.ecrcontainerd.containerd.internal.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * The result of statx(2) for a file.
 *
 * @param mode the file's type and permissions
 */
public record FileStatus(
    int mode, int uid, int gid, long inode, Instant access, Instant modification) {
  /** The size of {@code struct statx}, which is the same on all architectures. */
  static final long BYTES = 256;

  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int LINK = 0120000;

  /** Parses {@code struct statx} (linux/stat.h). */
  static FileStatus of(MemorySegment statx) {
    return new FileStatus(
        statx.get(JAVA_SHORT, 28) & 0xffff,
        statx.get(JAVA_INT, 20),
        statx.get(JAVA_INT, 24),
        statx.get(JAVA_LONG, 32),
        time(statx, 64),
        time(statx, 112));
  }

  private static Instant time(MemorySegment statx, long offset) {
    return Instant.ofEpochSecond(
        statx.get(JAVA_LONG, offset), statx.get(JAVA_INT, offset + Long.BYTES));
  }

  public boolean isDirectory() {
    return (mode & TYPE) == DIRECTORY;
  }

  public boolean isLink() {
    return (mode & TYPE) == LINK;
  }
}
