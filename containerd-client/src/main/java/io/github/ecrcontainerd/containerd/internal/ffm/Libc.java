package io.github.ecrcontainerd.containerd.internal.ffm;

import static io.github.ecrcontainerd.containerd.internal.ffm.NativeFunction.pointer;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.charset.Charset;

/**
 * The functions of libc that this module calls, each with the signature of its man page.
 *
 * <p>Each returns the result of libc's function, or the negated {@code errno} if that is -1, as the
 * kernel itself does. The constants are those of the kernel's generic 64-bit ABI (x86-64 and
 * aarch64 have it, PowerPC and MIPS don't), so they are the same in glibc and musl. All functions
 * are POSIX functions in libc itself, where the linker looks by default.
 */
@SuppressWarnings("restricted") // Native access is what this class is for.
final class Libc {
  static final int AF_UNIX = 1;
  static final int SOCK_STREAM = 1;

  /** Child processes don't inherit the descriptor. */
  static final int SOCK_CLOEXEC = 0x80000;

  static final int SOL_SOCKET = 1;
  static final int SO_PEERCRED = 17;
  static final int SO_SNDTIMEO = 21;
  static final int MSG_NOSIGNAL = 0x4000;
  static final int SHUT_WR = 1;
  static final int SHUT_RDWR = 2;

  /** For {@link #openat2}: resolves a path from the working directory. */
  static final int AT_FDCWD = -100;

  /** Opens only a location in the file system, for use as a starting point. */
  static final int O_PATH = 0x200000;

  static final int O_CLOEXEC = 0x80000;

  private static final boolean ARM = System.getProperty("os.arch", "").startsWith("aarch64");

  /** For this flag and the next one, aarch64 has different values (asm/fcntl.h). */
  static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;

  static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;

  /** Resolves a path, with its links and {@code ..}, with the directory as the root. */
  static final int RESOLVE_IN_ROOT = 0x10;

  /** Refuses magic links of /proc in a path, which can lead anywhere. */
  static final int RESOLVE_NO_MAGICLINKS = 0x2;

  /** The number of openat2(2), since Linux 5.6; the same on all architectures. */
  private static final long SYS_OPENAT2 = 437;

  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int EEXIST = 17;
  static final int ENOTDIR = 20;
  static final int ENODATA = 61;
  static final int EOPNOTSUPP = 95;
  static final int ECONNREFUSED = 111;

  private static final NativeFunction SOCKET = NativeFunction.ofLibc("socket");
  private static final NativeFunction SETSOCKOPT = NativeFunction.ofLibc("setsockopt");
  private static final NativeFunction GETSOCKOPT = NativeFunction.ofLibc("getsockopt");
  private static final NativeFunction CONNECT = NativeFunction.ofLibc("connect");
  private static final NativeFunction READ = NativeFunction.ofLibc("read");
  private static final NativeFunction SEND = NativeFunction.ofLibc("send");
  private static final NativeFunction SHUTDOWN = NativeFunction.ofLibc("shutdown");
  private static final NativeFunction CLOSE = NativeFunction.ofLibc("close");
  private static final NativeFunction MKFIFO = NativeFunction.ofLibc("mkfifo");
  private static final NativeFunction LGETXATTR = NativeFunction.ofLibc("lgetxattr");

  /** For system calls without a libc function: {@code long syscall(long number, ...)}. */
  private static final NativeFunction SYSCALL = NativeFunction.ofLibc("syscall");

  private static final NativeFunction STRERROR = NativeFunction.ofLibc("strerror");

  private Libc() {}

  /** {@code int socket(int domain, int type, int protocol)} */
  static int socket(int domain, int type, int protocol) {
    return SOCKET.intOrErrno(domain, type, protocol);
  }

  /** {@code int setsockopt(int fd, int level, int name, const void *value, socklen_t length)} */
  static int setsockopt(int fd, int level, int name, MemorySegment value) {
    return SETSOCKOPT.intOrErrno(fd, level, name, pointer(value), value.byteSize());
  }

  /** {@code int getsockopt(int fd, int level, int name, void *value, socklen_t *length)} */
  static int getsockopt(int fd, int level, int name, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
      return GETSOCKOPT.intOrErrno(fd, level, name, pointer(value), pointer(length));
    }
  }

  /** {@code int connect(int fd, const struct sockaddr *address, socklen_t length)} */
  static int connect(int fd, MemorySegment address) {
    return CONNECT.intOrErrno(fd, pointer(address), address.byteSize());
  }

  /** {@code ssize_t read(int fd, void *buffer, size_t count)} */
  static long read(int fd, MemorySegment buffer, long count) {
    try {
      return READ.longOrErrno(fd, pointer(buffer), count);
    } finally {
      // Otherwise the garbage collector could free the buffer during the call.
      Reference.reachabilityFence(buffer);
    }
  }

  /** {@code ssize_t send(int fd, const void *buffer, size_t count, int flags)} */
  static long send(int fd, MemorySegment buffer, long count, int flags) {
    try {
      return SEND.longOrErrno(fd, pointer(buffer), count, flags);
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /** {@code int shutdown(int fd, int how)} */
  static int shutdown(int fd, int how) {
    return SHUTDOWN.intOrErrno(fd, how);
  }

  /** {@code int close(int fd)} */
  static int close(int fd) {
    return CLOSE.intOrErrno(fd);
  }

  /** {@code int mkfifo(const char *path, mode_t mode)} */
  static int mkfifo(String path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return MKFIFO.intOrErrno(pointer(arena.allocateFrom(path)), mode);
    }
  }

  /**
   * {@code ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)}, only
   * for the size of the value
   */
  static long lgetxattr(String path, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return LGETXATTR.longOrErrno(
          pointer(arena.allocateFrom(path)), pointer(arena.allocateFrom(name)), 0, 0);
    }
  }

  /**
   * {@code long openat2(int dirfd, const char *path, struct open_how *how, size_t size)}, always
   * with {@code O_CLOEXEC} set
   */
  static int openat2(int directory, String path, Charset charset, int flags, int resolve) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path, charset);
      // struct open_how: flags, mode and resolve, each of 64 bits.
      MemorySegment how = arena.allocateFrom(JAVA_LONG, flags | O_CLOEXEC, 0, resolve);
      return (int)
          SYSCALL.longOrErrno(SYS_OPENAT2, directory, pointer(name), pointer(how), how.byteSize());
    }
  }

  /** {@code char *strerror(int errno)}, for the result of another function of this class. */
  static String strerror(long negatedErrno) {
    // No message of glibc or musl is longer.
    return MemorySegment.ofAddress(STRERROR.call(-negatedErrno)).reinterpret(256).getString(0);
  }
}
