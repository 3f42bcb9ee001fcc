package io.github.ecrcontainerd.containerd.internal.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;

/**
 * The functions of libc that this module calls, each with the signature of its man page.
 *
 * <p>Each returns what libc's returns, or the negated {@code errno} where that is -1, as the kernel
 * itself does. The numbers are the kernel's, those of its generic ABI for 64 bits (x86-64 and
 * aarch64 have it, PowerPC and MIPS don't), and so the same in glibc and in musl. All functions are
 * POSIX's, in libc itself, which is where the linker looks by default.
 */
@SuppressWarnings("restricted") // Native access is what this class is for.
final class Libc {
  static final int AF_UNIX = 1;
  static final int SOCK_STREAM = 1;

  /** A program that this JVM starts doesn't inherit the descriptor. */
  static final int SOCK_CLOEXEC = 0x80000;

  static final int SOL_SOCKET = 1;
  static final int SO_PEERCRED = 17;
  static final int SO_SNDTIMEO = 21;
  static final int MSG_NOSIGNAL = 0x4000;
  static final int SHUT_WR = 1;
  static final int SHUT_RDWR = 2;

  /** For {@link #openat2}: a path from the working directory. */
  static final int AT_FDCWD = -100;

  /** Only a place in the file system, to go on from. */
  static final int O_PATH = 0x200000;

  static final int O_CLOEXEC = 0x80000;

  private static final boolean ARM = System.getProperty("os.arch", "").startsWith("aarch64");

  /** This flag and the next are the two that aarch64 has other numbers for (asm/fcntl.h). */
  static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;

  static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;

  /** The directory is the root of what a path means, links and {@code ..} in it too. */
  static final int RESOLVE_IN_ROOT = 0x10;

  /** No link of /proc on the way, which would lead anywhere. */
  static final int RESOLVE_NO_MAGICLINKS = 0x2;

  /** The number of openat2(2), of Linux 5.6: one of all architectures. */
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

  private static final Linker LINKER = Linker.nativeLinker();
  static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET =
      bind("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      bind(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GETSOCKOPT =
      bind(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle CONNECT =
      bind("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle READ =
      bind("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle SEND =
      bind("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SHUTDOWN =
      bind("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE =
      bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle MKFIFO =
      bind("mkfifo", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle LGETXATTR =
      bind("lgetxattr", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

  /** For what libc has no function for: {@code long syscall(long number, ...)}. */
  private static final MethodHandle OPENAT2 =
      bind(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG),
          Linker.Option.firstVariadicArg(1));

  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT));

  private Libc() {}

  static MethodHandle bind(String name, FunctionDescriptor signature) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        signature,
        Linker.Option.captureCallState("errno"));
  }

  static MethodHandle bind(String name, FunctionDescriptor signature, Linker.Option variadic) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        signature,
        Linker.Option.captureCallState("errno"),
        variadic);
  }

  /** {@code int socket(int domain, int type, int protocol)} */
  static int socket(int domain, int type, int protocol) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      return orErrno((int) SOCKET.invokeExact(state, domain, type, protocol), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code int setsockopt(int fd, int level, int name, const void *value, socklen_t length)} */
  static int setsockopt(int fd, int level, int name, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int length = (int) value.byteSize();
      return orErrno((int) SETSOCKOPT.invokeExact(state, fd, level, name, value, length), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code int getsockopt(int fd, int level, int name, void *value, socklen_t *length)} */
  static int getsockopt(int fd, int level, int name, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment length = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
      return orErrno((int) GETSOCKOPT.invokeExact(state, fd, level, name, value, length), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code int connect(int fd, const struct sockaddr *address, socklen_t length)} */
  static int connect(int fd, MemorySegment address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int length = (int) address.byteSize();
      return orErrno((int) CONNECT.invokeExact(state, fd, address, length), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code ssize_t read(int fd, void *buffer, size_t count)} */
  static long read(int fd, MemorySegment buffer, long count) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      return orErrno((long) READ.invokeExact(state, fd, buffer, count), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code ssize_t send(int fd, const void *buffer, size_t count, int flags)} */
  static long send(int fd, MemorySegment buffer, long count, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      return orErrno((long) SEND.invokeExact(state, fd, buffer, count, flags), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code int shutdown(int fd, int how)} */
  static int shutdown(int fd, int how) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      return orErrno((int) SHUTDOWN.invokeExact(state, fd, how), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code int close(int fd)} */
  static int close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      return orErrno((int) CLOSE.invokeExact(state, fd), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code int mkfifo(const char *path, mode_t mode)} */
  static int mkfifo(String path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment name = arena.allocateFrom(path);
      return orErrno((int) MKFIFO.invokeExact(state, name, mode), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * {@code ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)}, for
   * the size of the value alone
   */
  static long lgetxattr(String path, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment file = arena.allocateFrom(path);
      MemorySegment attribute = arena.allocateFrom(name);
      return orErrno(
          (long) LGETXATTR.invokeExact(state, file, attribute, MemorySegment.NULL, 0L), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * {@code long openat2(int dirfd, const char *path, struct open_how *how, size_t size)}, always
   * with {@code O_CLOEXEC}
   */
  static int openat2(int directory, String path, Charset charset, int flags, int resolve) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment name = arena.allocateFrom(path, charset);
      // struct open_how: flags, mode and resolve, each of 64 bits.
      MemorySegment how = arena.allocateFrom(JAVA_LONG, flags | O_CLOEXEC, 0, resolve);
      long size = how.byteSize();
      long result = (long) OPENAT2.invokeExact(state, SYS_OPENAT2, directory, name, how, size);
      return (int) orErrno(result, state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code char *strerror(int errno)}, of what another function here returned. */
  static String strerror(long negatedErrno) {
    try {
      // No message of glibc or musl is longer.
      int errno = (int) -negatedErrno;
      return ((MemorySegment) STRERROR.invokeExact(errno)).reinterpret(256).getString(0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int orErrno(int result, MemorySegment state) {
    return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
  }

  static long orErrno(long result, MemorySegment state) {
    return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
  }

  /** A method handle may throw anything; these throw nothing but what is a fault of ours. */
  static RuntimeException unexpected(Throwable e) {
    if (e instanceof RuntimeException unchecked) {
      return unchecked;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e);
  }
}
