package io.github.ecrcontainerd.containerd.internal.ffm;

import static io.github.ecrcontainerd.containerd.internal.ffm.NativeFunction.pointer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * The functions of libc that create and change files; {@link Libc} has the others. Names are bytes,
 * as for the kernel: each character of a string is one byte (ISO 8859-1).
 */
final class LibcFiles {
  static final int O_WRONLY = 1;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int XATTR_CREATE = 1;

  /** The fields that statx(2) returns: type, mode, owner, group, inode and others. */
  static final int STATX_BASIC_STATS = 0x7ff;

  private static final NativeFunction OPENAT = NativeFunction.ofLibc("openat");
  private static final NativeFunction WRITE = NativeFunction.ofLibc("write");
  private static final NativeFunction MKDIRAT = NativeFunction.ofLibc("mkdirat");
  private static final NativeFunction MKNODAT = NativeFunction.ofLibc("mknodat");
  private static final NativeFunction SYMLINKAT = NativeFunction.ofLibc("symlinkat");
  private static final NativeFunction LINKAT = NativeFunction.ofLibc("linkat");
  private static final NativeFunction RENAMEAT = NativeFunction.ofLibc("renameat");
  private static final NativeFunction UNLINKAT = NativeFunction.ofLibc("unlinkat");
  private static final NativeFunction FCHOWNAT = NativeFunction.ofLibc("fchownat");
  private static final NativeFunction FCHMODAT = NativeFunction.ofLibc("fchmodat");
  private static final NativeFunction UTIMENSAT = NativeFunction.ofLibc("utimensat");
  private static final NativeFunction STATX = NativeFunction.ofLibc("statx");
  private static final NativeFunction READLINKAT = NativeFunction.ofLibc("readlinkat");
  private static final NativeFunction LSETXATTR = NativeFunction.ofLibc("lsetxattr");
  private static final NativeFunction LGETXATTR = NativeFunction.ofLibc("lgetxattr");
  private static final NativeFunction LLISTXATTR = NativeFunction.ofLibc("llistxattr");

  private LibcFiles() {}

  /** {@code int openat(int dirfd, const char *path, int flags, mode_t mode)} */
  static int openat(int directory, String path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return OPENAT.intOrErrno(directory, pointer(name(arena, path)), flags, mode);
    }
  }

  /** {@code ssize_t write(int fd, const void *bytes, size_t count)} */
  static long write(int fd, MemorySegment bytes, long count) {
    return WRITE.longOrErrno(fd, pointer(bytes), count);
  }

  /** {@code int mkdirat(int dirfd, const char *path, mode_t mode)} */
  static int mkdirat(int directory, String path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return MKDIRAT.intOrErrno(directory, pointer(name(arena, path)), mode);
    }
  }

  /** {@code int mknodat(int dirfd, const char *path, mode_t mode, dev_t device)} */
  static int mknodat(int directory, String path, int mode, long device) {
    try (Arena arena = Arena.ofConfined()) {
      return MKNODAT.intOrErrno(directory, pointer(name(arena, path)), mode, device);
    }
  }

  /** {@code int symlinkat(const char *target, int dirfd, const char *path)} */
  static int symlinkat(String target, int directory, String path) {
    try (Arena arena = Arena.ofConfined()) {
      return SYMLINKAT.intOrErrno(
          pointer(name(arena, target)), directory, pointer(name(arena, path)));
    }
  }

  /**
   * {@code int linkat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, int
   * flags)}
   */
  static int linkat(int oldDirectory, String oldPath, int newDirectory, String newPath, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return LINKAT.intOrErrno(
          oldDirectory,
          pointer(name(arena, oldPath)),
          newDirectory,
          pointer(name(arena, newPath)),
          flags);
    }
  }

  /** {@code int renameat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath)} */
  static int renameat(int oldDirectory, String oldPath, int newDirectory, String newPath) {
    try (Arena arena = Arena.ofConfined()) {
      return RENAMEAT.intOrErrno(
          oldDirectory, pointer(name(arena, oldPath)), newDirectory, pointer(name(arena, newPath)));
    }
  }

  /** {@code int unlinkat(int dirfd, const char *path, int flags)} */
  static int unlinkat(int directory, String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return UNLINKAT.intOrErrno(directory, pointer(name(arena, path)), flags);
    }
  }

  /** {@code int fchownat(int dirfd, const char *path, uid_t owner, gid_t group, int flags)} */
  static int fchownat(int directory, String path, int uid, int gid, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return FCHOWNAT.intOrErrno(directory, pointer(name(arena, path)), uid, gid, flags);
    }
  }

  /** {@code int fchmodat(int dirfd, const char *path, mode_t mode, int flags)} */
  static int fchmodat(int directory, String path, int mode, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return FCHMODAT.intOrErrno(directory, pointer(name(arena, path)), mode, flags);
    }
  }

  /**
   * {@code int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags)}
   */
  static int utimensat(int directory, String path, MemorySegment times, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return UTIMENSAT.intOrErrno(directory, pointer(name(arena, path)), pointer(times), flags);
    }
  }

  /**
   * {@code int statx(int dirfd, const char *path, int flags, unsigned int mask, struct statx
   * *result)}
   */
  static int statx(int directory, String path, int flags, int mask, MemorySegment result) {
    try (Arena arena = Arena.ofConfined()) {
      return STATX.intOrErrno(directory, pointer(name(arena, path)), flags, mask, pointer(result));
    }
  }

  /** {@code ssize_t readlinkat(int dirfd, const char *path, char *buffer, size_t size)} */
  static long readlinkat(int directory, String path, MemorySegment buffer, long size) {
    try (Arena arena = Arena.ofConfined()) {
      return READLINKAT.longOrErrno(directory, pointer(name(arena, path)), pointer(buffer), size);
    }
  }

  /**
   * {@code int lsetxattr(const char *path, const char *name, const void *value, size_t size, int
   * flags)}
   */
  static int lsetxattr(String path, String name, MemorySegment value, long size, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return LSETXATTR.intOrErrno(
          pointer(name(arena, path)), pointer(name(arena, name)), pointer(value), size, flags);
    }
  }

  /** {@code ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)} */
  static long lgetxattr(String path, String name, MemorySegment value, long size) {
    try (Arena arena = Arena.ofConfined()) {
      return LGETXATTR.longOrErrno(
          pointer(name(arena, path)), pointer(name(arena, name)), pointer(value), size);
    }
  }

  /** {@code ssize_t llistxattr(const char *path, char *list, size_t size)} */
  static long llistxattr(String path, MemorySegment list, long size) {
    try (Arena arena = Arena.ofConfined()) {
      return LLISTXATTR.longOrErrno(pointer(name(arena, path)), pointer(list), size);
    }
  }

  private static MemorySegment name(Arena arena, String name) {
    return arena.allocateFrom(name, StandardCharsets.ISO_8859_1);
  }
}
