package io.github.ecrcontainerd.it.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * The result of lstat(2) for a file.
 *
 * @param mode type and permissions
 * @param size in bytes
 * @param file the same for two paths that are hard links to one file
 */
record Stat(int mode, int uid, int gid, long size, Instant modified, Object file) {
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int SYMLINK = 0120000;

  static Stat of(Path path) throws IOException {
    Map<String, Object> stat =
        Files.readAttributes(
            path, "unix:mode,uid,gid,size,lastModifiedTime,fileKey", LinkOption.NOFOLLOW_LINKS);
    return new Stat(
        get(stat, "mode", Integer.class),
        get(stat, "uid", Integer.class),
        get(stat, "gid", Integer.class),
        get(stat, "size", Long.class),
        get(stat, "lastModifiedTime", FileTime.class).toInstant(),
        get(stat, "fileKey", Object.class));
  }

  private static <T> T get(Map<String, Object> stat, String name, Class<T> type) {
    return type.cast(Objects.requireNonNull(stat.get(name)));
  }

  boolean isRegular() {
    return (mode & TYPE) == REGULAR;
  }

  boolean isSymlink() {
    return (mode & TYPE) == SYMLINK;
  }
}
