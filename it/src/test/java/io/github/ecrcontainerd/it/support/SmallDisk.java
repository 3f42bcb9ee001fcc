package io.github.ecrcontainerd.it.support;

import java.nio.file.Path;
import java.util.List;

/**
 * A file system in memory, whose free space and inodes a test changes while it is used. Its mount
 * is the owner's of the directory. Needs root.
 */
public final class SmallDisk {
  private static final long BYTES = 1L << 30;
  private static final long INODES = 1_000_000;

  private final Path directory;

  private SmallDisk(Path directory) {
    this.directory = directory;
  }

  /** Mounts one that has enough of all, over an existing directory. */
  public static SmallDisk mountedAt(Path directory) {
    Command.run(
        List.of("mount", "-t", "tmpfs", "-o", options(BYTES, INODES), "tmpfs", "" + directory));
    return new SmallDisk(directory);
  }

  /** The one that is mounted there. */
  public static SmallDisk at(Path directory) {
    return new SmallDisk(directory);
  }

  /** How many bytes are used. */
  public long bytes() {
    long[] blocks = stat("%b %f %S");
    return (blocks[0] - blocks[1]) * blocks[2];
  }

  /** How many inodes are used. */
  public long inodes() {
    long[] count = stat("%c %d");
    return count[0] - count[1];
  }

  /** Leaves so many bytes free, in whole pages. */
  public void leaveBytes(long free) {
    resize(bytes() + free, INODES);
  }

  /** Leaves so many inodes free. */
  public void leaveInodes(long free) {
    resize(BYTES, inodes() + free);
  }

  /** Leaves enough of all. */
  public void leaveAll() {
    resize(BYTES, INODES);
  }

  private void resize(long bytes, long inodes) {
    Command.run(List.of("mount", "-o", "remount," + options(bytes, inodes), "" + directory));
  }

  private static String options(long bytes, long inodes) {
    // A size of 0 would be no limit.
    if (bytes <= 0 || inodes <= 0) {
      throw new IllegalArgumentException("nothing is used: it can't be full");
    }
    return "size=%d,nr_inodes=%d".formatted(bytes, inodes);
  }

  /** Asks GNU stat about the file system. */
  private long[] stat(String format) {
    String told = Command.run(List.of("stat", "-f", "-c", format, directory.toString())).strip();
    return List.of(told.split(" ", -1)).stream().mapToLong(Long::parseLong).toArray();
  }
}
