package io.github.ecrcontainerd.containerd.internal.ffm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An open directory, which stays valid if its path changes. Files in it are created and changed by
 * name, without following symbolic links. For one thread at a time.
 *
 * <p>Names are bytes, as for the kernel: each character of a string is one byte (ISO 8859-1). If
 * the file system reports an error, a method throws a {@link FileSystemException} with the text of
 * the errno.
 */
public final class DirectoryHandle implements AutoCloseable {
  /** PATH_MAX. */
  private static final int LONGEST_PATH = 4096;

  /** XATTR_SIZE_MAX, and XATTR_LIST_MAX. */
  private static final int LARGEST_ATTRIBUTE = 64 << 10;

  private final int descriptor;
  private boolean closed;

  private DirectoryHandle(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Opens a directory as another process sees it: links in the path are resolved in that process's
   * root ({@code RESOLVE_IN_ROOT}, openat2(2)).
   *
   * @param root that process's root: {@code /proc/PID/root}
   * @param directory its path there
   * @throws IOException if it doesn't exist, or this process may not see it
   */
  public static DirectoryHandle open(Path root, String directory) throws IOException {
    if (!NativeAccess.isAllowed()) {
      throw new FileSystemException(directory, null, NativeAccess.REFUSED);
    }
    try (DirectoryHandle top =
        new DirectoryHandle(
            check(
                root.toString(),
                Libc.openat2(Libc.AT_FDCWD, root.toString(), UTF_8, Libc.O_PATH, 0)))) {
      DirectoryHandle opened =
          new DirectoryHandle(
              check(
                  directory,
                  Libc.openat2(
                      top.descriptor, directory, UTF_8, Libc.O_PATH, Libc.RESOLVE_IN_ROOT)));
      if (!Files.isDirectory(opened.path())) {
        opened.close();
        throw new FileSystemException(directory, null, "it is no directory");
      }
      return opened;
    }
  }

  private static int check(String path, int result) throws FileSystemException {
    if (result < 0) {
      throw new FileSystemException(path, null, Libc.strerror(result));
    }
    return result;
  }

  /**
   * Opens a directory below this one. The path and its links are resolved with this directory as
   * the root.
   *
   * @param path the path's bytes, one per character (ISO 8859-1)
   * @return the directory; empty if it doesn't exist
   * @throws NotDirectoryException if the path or one of its parents is not a directory
   * @throws IOException if it can't be opened
   */
  public Optional<DirectoryHandle> below(String path) throws IOException {
    int opened =
        Libc.openat2(
            descriptor,
            path,
            ISO_8859_1,
            Libc.O_PATH | Libc.O_DIRECTORY,
            Libc.RESOLVE_IN_ROOT | Libc.RESOLVE_NO_MAGICLINKS);
    if (opened == -Libc.ENOENT) {
      return Optional.empty();
    }
    if (opened == -Libc.ENOTDIR) {
      throw new NotDirectoryException(path);
    }
    return Optional.of(new DirectoryHandle(check(path, opened)));
  }

  /** Returns the status of a file; empty if it doesn't exist. */
  public Optional<FileStatus> status(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statx = arena.allocate(FileStatus.BYTES);
      int result =
          LibcFiles.statx(
              descriptor, name, LibcFiles.AT_SYMLINK_NOFOLLOW, LibcFiles.STATX_BASIC_STATS, statx);
      if (result == -Libc.ENOENT) {
        return Optional.empty();
      }
      check(name, result);
      return Optional.of(FileStatus.of(statx));
    }
  }

  /** Creates a directory that only its owner can access, until its mode is set. */
  public void makeDirectory(String name) throws IOException {
    check(name, LibcFiles.mkdirat(descriptor, name, 0700));
  }

  /** Creates a new regular file for writing. */
  public NewFile makeFile(String name) throws IOException {
    int flags =
        LibcFiles.O_WRONLY
            | LibcFiles.O_CREAT
            | LibcFiles.O_EXCL
            | Libc.O_NOFOLLOW
            | Libc.O_CLOEXEC;
    return new NewFile(name, check(name, LibcFiles.openat(descriptor, name, flags, 0600)));
  }

  /**
   * Creates a device or FIFO.
   *
   * @param type the file type of {@code st_mode}
   * @param major the device's driver; {@code minor} is the device of that driver; both 0 for a FIFO
   */
  public void makeNode(String name, int type, int major, int minor) throws IOException {
    // As glibc's makedev(3), the kernel's 64-bit encoding.
    long device =
        ((major & 0xfffL) << 8)
            | (minor & 0xffL)
            | ((minor & 0xffffff00L) << 12)
            | ((major & 0xfffff000L) << 32);
    check(name, LibcFiles.mknodat(descriptor, name, type, device));
  }

  /** Creates a symbolic link. */
  public void makeLink(String name, String target) throws IOException {
    check(name, LibcFiles.symlinkat(target, descriptor, name));
  }

  /** Creates a hard link to a file. */
  public void makeHardLink(String name, DirectoryHandle other, String existing) throws IOException {
    check(name, LibcFiles.linkat(other.descriptor, existing, descriptor, name, 0));
  }

  /** Moves a file into another directory, under the same name. */
  public void move(String name, DirectoryHandle other) throws IOException {
    check(name, LibcFiles.renameat(descriptor, name, other.descriptor, name));
  }

  /** Removes a file that is not a directory. */
  public void removeFile(String name) throws IOException {
    check(name, LibcFiles.unlinkat(descriptor, name, 0));
  }

  /** Returns the target of a symbolic link. */
  public String linkTarget(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(LONGEST_PATH);
      long length = check(name, LibcFiles.readlinkat(descriptor, name, target, target.byteSize()));
      return new String(bytes(target, length), ISO_8859_1);
    }
  }

  /** Sets the owner and group IDs. For a symbolic link, those of the link itself. */
  public void setOwner(String name, int uid, int gid) throws IOException {
    check(name, LibcFiles.fchownat(descriptor, name, uid, gid, LibcFiles.AT_SYMLINK_NOFOLLOW));
  }

  /** Sets the permissions and the bits above them. Not for symbolic links. */
  public void setMode(String name, int mode) throws IOException {
    check(name, LibcFiles.fchmodat(descriptor, name, mode, 0));
  }

  /** Sets the times of last access and of last modification. */
  public void setTimes(String name, Instant access, Instant modification) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment times =
          arena.allocateFrom(
              ValueLayout.JAVA_LONG,
              access.getEpochSecond(),
              access.getNano(),
              modification.getEpochSecond(),
              modification.getNano());
      check(name, LibcFiles.utimensat(descriptor, name, times, LibcFiles.AT_SYMLINK_NOFOLLOW));
    }
  }

  /**
   * Sets an extended attribute, if the file system supports its class.
   *
   * @param replace whether to replace an existing value
   */
  public void setAttribute(String name, String attribute, byte[] value, boolean replace)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, value);
      int flags = replace ? 0 : LibcFiles.XATTR_CREATE;
      int result = LibcFiles.lsetxattr(pathOf(name), attribute, bytes, value.length, flags);
      boolean stays = result == -Libc.EEXIST && !replace;
      if (!stays && result != -Libc.EOPNOTSUPP) {
        check(name, result);
      }
    }
  }

  /** Returns the extended attributes of a file. */
  public Map<String, byte[]> attributes(String name) throws IOException {
    Map<String, byte[]> attributes = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(LARGEST_ATTRIBUTE);
      long length = LibcFiles.llistxattr(pathOf(name), buffer, buffer.byteSize());
      if (length == -Libc.EOPNOTSUPP) {
        return Map.of();
      }
      String names = new String(bytes(buffer, check(name, length)), ISO_8859_1);
      for (String attribute : names.split("\0", 0)) {
        if (attribute.isEmpty()) {
          continue;
        }
        long size = LibcFiles.lgetxattr(pathOf(name), attribute, buffer, buffer.byteSize());
        attributes.put(attribute, bytes(buffer, check(name, size)));
      }
    }
    return attributes;
  }

  /** A path, because Linux before 6.13 has no call for attributes relative to a directory. */
  private String pathOf(String name) {
    return "/proc/self/fd/%d/%s".formatted(descriptor, name);
  }

  private static byte[] bytes(MemorySegment buffer, long length) {
    return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static long check(String path, long result) throws FileSystemException {
    if (result < 0) {
      throw new FileSystemException(path, null, Libc.strerror(result));
    }
    return result;
  }

  /** Returns a path to it for this process, valid while it is open. */
  public Path path() {
    return Path.of("/proc/self/fd", Integer.toString(descriptor));
  }

  @Override
  public void close() {
    // Its number may have been reused.
    if (!closed) {
      closed = true;
      var _ = Libc.close(descriptor);
    }
  }
}
