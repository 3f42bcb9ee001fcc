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
 * A directory that stays open, whatever happens to the path that led to it; what is in it is made
 * and changed by name, and no name is followed if it is a link's. For one thread at a time.
 *
 * <p>Names are bytes, as to the kernel: each character of a string is one (ISO 8859-1). Where the
 * file system says no, a method throws a {@link FileSystemException} with the kernel's words.
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
   * Opens a directory of another process's view, which is not this one's: a link on the way leads
   * where it leads for that process ({@code RESOLVE_IN_ROOT}, openat2(2)).
   *
   * @param root that process's root: {@code /proc/PID/root}
   * @param directory its path there
   * @throws IOException if it isn't there, or this process may not see it
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
   * Opens a directory below this one, which is the root of what the path and the links in it mean.
   *
   * @param path in bytes, each a character (ISO 8859-1)
   * @return empty if nothing is there
   * @throws NotDirectoryException if something else is there, or on the way
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

  /** What is at a name; empty if nothing is. */
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

  /** Makes a directory that nobody but its owner may use, until it gets its mode. */
  public void makeDirectory(String name) throws IOException {
    check(name, LibcFiles.mkdirat(descriptor, name, 0700));
  }

  /** Makes a regular file, where nothing is, to be filled. */
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
   * Makes a device or FIFO.
   *
   * @param type of {@code st_mode}
   * @param major the device's driver, and {@code minor} which of its devices; 0 for a FIFO
   */
  public void makeNode(String name, int type, int major, int minor) throws IOException {
    // glibc's makedev(3), which is the kernel's encoding of 64 bits.
    long device =
        ((major & 0xfffL) << 8)
            | (minor & 0xffL)
            | ((minor & 0xffffff00L) << 12)
            | ((major & 0xfffff000L) << 32);
    check(name, LibcFiles.mknodat(descriptor, name, type, device));
  }

  /** Makes a symbolic link. */
  public void makeLink(String name, String target) throws IOException {
    check(name, LibcFiles.symlinkat(target, descriptor, name));
  }

  /** Makes a further name of a file. */
  public void makeHardLink(String name, DirectoryHandle other, String existing) throws IOException {
    check(name, LibcFiles.linkat(other.descriptor, existing, descriptor, name, 0));
  }

  /** Moves what has this name into another directory, where it keeps it. */
  public void move(String name, DirectoryHandle other) throws IOException {
    check(name, LibcFiles.renameat(descriptor, name, other.descriptor, name));
  }

  /** Removes a file that is no directory. */
  public void removeFile(String name) throws IOException {
    check(name, LibcFiles.unlinkat(descriptor, name, 0));
  }

  /** Where a symbolic link points. */
  public String linkTarget(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(LONGEST_PATH);
      long length = check(name, LibcFiles.readlinkat(descriptor, name, target, target.byteSize()));
      return new String(bytes(target, length), ISO_8859_1);
    }
  }

  /** Sets owner and group by their numbers, of a link itself where it is one. */
  public void setOwner(String name, int uid, int gid) throws IOException {
    check(name, LibcFiles.fchownat(descriptor, name, uid, gid, LibcFiles.AT_SYMLINK_NOFOLLOW));
  }

  /** Sets permissions and the bits beside them, of what is no symbolic link. */
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
   * Sets an extended attribute, where the file system has those of its kind.
   *
   * @param replace whether also where it is set already
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

  /** The extended attributes of what has a name. */
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

  /** There is no call for the attributes of a name in a directory before Linux 6.13. */
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

  /** The way to it for this process, while it is open. */
  public Path path() {
    return Path.of("/proc/self/fd", Integer.toString(descriptor));
  }

  @Override
  public void close() {
    // Its number may be another's by now.
    if (!closed) {
      closed = true;
      var _ = Libc.close(descriptor);
    }
  }
}
