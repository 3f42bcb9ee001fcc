package io.github.ecrcontainerd.containerd.internal.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * The functions of libc that make files, as {@link Libc} has the others. Names are bytes, as they
 * are to the kernel: each character of a string is one (ISO 8859-1).
 */
final class LibcFiles {
  static final int O_WRONLY = 1;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int XATTR_CREATE = 1;

  /** What statx(2) is to tell: type, mode, owner and group; inode. */
  static final int STATX_BASIC_STATS = 0x7ff;

  private static final MethodHandle OPENAT =
      Libc.bind(
          "openat",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(3));
  private static final MethodHandle WRITE =
      Libc.bind("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle MKDIRAT =
      Libc.bind("mkdirat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle MKNODAT =
      Libc.bind("mknodat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG));
  private static final MethodHandle SYMLINKAT =
      Libc.bind("symlinkat", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
  private static final MethodHandle LINKAT =
      Libc.bind(
          "linkat",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RENAMEAT =
      Libc.bind("renameat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
  private static final MethodHandle UNLINKAT =
      Libc.bind("unlinkat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle FCHOWNAT =
      Libc.bind(
          "fchownat",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle FCHMODAT =
      Libc.bind("fchmodat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle UTIMENSAT =
      Libc.bind("utimensat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
  private static final MethodHandle STATX =
      Libc.bind(
          "statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle READLINKAT =
      Libc.bind(
          "readlinkat", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle LSETXATTR =
      Libc.bind(
          "lsetxattr",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle LGETXATTR =
      Libc.bind(
          "lgetxattr", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle LLISTXATTR =
      Libc.bind("llistxattr", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));

  private LibcFiles() {}

  /** {@code int openat(int dirfd, const char *path, int flags, mode_t mode)} */
  static int openat(int directory, String path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno(
          (int) OPENAT.invokeExact(state, directory, pathBytes, flags, mode), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code ssize_t write(int fd, const void *bytes, size_t count)} */
  static long write(int fd, MemorySegment bytes, long count) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      return Libc.orErrno((long) WRITE.invokeExact(state, fd, bytes, count), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code int mkdirat(int dirfd, const char *path, mode_t mode)} */
  static int mkdirat(int directory, String path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno((int) MKDIRAT.invokeExact(state, directory, pathBytes, mode), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code int mknodat(int dirfd, const char *path, mode_t mode, dev_t device)} */
  static int mknodat(int directory, String path, int mode, long device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno(
          (int) MKNODAT.invokeExact(state, directory, pathBytes, mode, device), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code int symlinkat(const char *target, int dirfd, const char *path)} */
  static int symlinkat(String target, int directory, String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment targetBytes = name(arena, target);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno(
          (int) SYMLINKAT.invokeExact(state, targetBytes, directory, pathBytes), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /**
   * {@code int linkat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, int
   * flags)}
   */
  static int linkat(int oldDirectory, String oldPath, int newDirectory, String newPath, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment oldPathBytes = name(arena, oldPath);
      MemorySegment newPathBytes = name(arena, newPath);
      return Libc.orErrno(
          (int)
              LINKAT.invokeExact(
                  state, oldDirectory, oldPathBytes, newDirectory, newPathBytes, flags),
          state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code int renameat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath)} */
  static int renameat(int oldDirectory, String oldPath, int newDirectory, String newPath) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment oldPathBytes = name(arena, oldPath);
      MemorySegment newPathBytes = name(arena, newPath);
      return Libc.orErrno(
          (int) RENAMEAT.invokeExact(state, oldDirectory, oldPathBytes, newDirectory, newPathBytes),
          state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code int unlinkat(int dirfd, const char *path, int flags)} */
  static int unlinkat(int directory, String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno((int) UNLINKAT.invokeExact(state, directory, pathBytes, flags), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code int fchownat(int dirfd, const char *path, uid_t owner, gid_t group, int flags)} */
  static int fchownat(int directory, String path, int uid, int gid, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno(
          (int) FCHOWNAT.invokeExact(state, directory, pathBytes, uid, gid, flags), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code int fchmodat(int dirfd, const char *path, mode_t mode, int flags)} */
  static int fchmodat(int directory, String path, int mode, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno(
          (int) FCHMODAT.invokeExact(state, directory, pathBytes, mode, flags), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /**
   * {@code int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags)}
   */
  static int utimensat(int directory, String path, MemorySegment times, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno(
          (int) UTIMENSAT.invokeExact(state, directory, pathBytes, times, flags), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /**
   * {@code int statx(int dirfd, const char *path, int flags, unsigned int mask, struct statx
   * *result)}
   */
  static int statx(int directory, String path, int flags, int mask, MemorySegment result) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno(
          (int) STATX.invokeExact(state, directory, pathBytes, flags, mask, result), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code ssize_t readlinkat(int dirfd, const char *path, char *buffer, size_t size)} */
  static long readlinkat(int directory, String path, MemorySegment buffer, long size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno(
          (long) READLINKAT.invokeExact(state, directory, pathBytes, buffer, size), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /**
   * {@code int lsetxattr(const char *path, const char *name, const void *value, size_t size, int
   * flags)}
   */
  static int lsetxattr(String path, String name, MemorySegment value, long size, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      MemorySegment nameBytes = name(arena, name);
      return Libc.orErrno(
          (int) LSETXATTR.invokeExact(state, pathBytes, nameBytes, value, size, flags), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)} */
  static long lgetxattr(String path, String name, MemorySegment value, long size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      MemorySegment nameBytes = name(arena, name);
      return Libc.orErrno(
          (long) LGETXATTR.invokeExact(state, pathBytes, nameBytes, value, size), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  /** {@code ssize_t llistxattr(const char *path, char *list, size_t size)} */
  static long llistxattr(String path, MemorySegment list, long size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Libc.CALL_STATE);
      MemorySegment pathBytes = name(arena, path);
      return Libc.orErrno((long) LLISTXATTR.invokeExact(state, pathBytes, list, size), state);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  private static MemorySegment name(Arena arena, String name) {
    return arena.allocateFrom(name, StandardCharsets.ISO_8859_1);
  }
}
