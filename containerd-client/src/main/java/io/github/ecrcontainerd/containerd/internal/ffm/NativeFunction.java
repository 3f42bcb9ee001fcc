package io.github.ecrcontainerd.containerd.internal.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * A C function with at most six arguments. The arguments and the result are integers or pointers.
 *
 * <p>All functions are called through one stub, with 64 bits for each argument. In the calling
 * conventions of Linux on x86-64 (System V) and aarch64 (AAPCS64), the first six arguments of these
 * types are in registers. A function reads only the registers and bits that it needs, and variadic
 * functions are called in the same way. With a stub for each signature, the JVM created 390 more
 * classes in each pull: docs/performance.md.
 *
 * <p>The memory behind pointers has to stay valid during the call. Safe for use by several threads.
 */
@SuppressWarnings("restricted") // Native access is what this class is for.
final class NativeFunction {
  private static final int ARGUMENTS = 6;
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  /** Takes the function's address, a segment for {@code errno}, and the arguments. */
  private static final MethodHandle STUB =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
              Linker.Option.captureCallState("errno"));

  private final MemorySegment address;

  private NativeFunction(MemorySegment address) {
    this.address = address;
  }

  /** Returns a function of libc, where the linker looks by default. */
  static NativeFunction ofLibc(String name) {
    return of(Linker.nativeLinker().defaultLookup(), name);
  }

  /** Returns a function of a library. */
  static NativeFunction of(SymbolLookup library, String name) {
    return new NativeFunction(library.findOrThrow(name));
  }

  /**
   * Calls a function that returns an {@code int}.
   *
   * @return its result, or the negated {@code errno} if that is -1, as the kernel itself returns it
   */
  int intOrErrno(long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      // The upper half of the register is undefined.
      int result = (int) call(state, arguments);
      return result == -1 ? -state.get(JAVA_INT, ERRNO) : result;
    }
  }

  /** Calls a function that returns a {@code long} or an {@code ssize_t}. */
  long longOrErrno(long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result = call(state, arguments);
      return result == -1 ? -state.get(JAVA_INT, ERRNO) : result;
    }
  }

  /** Calls the function and returns the register of its result. */
  long call(long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      return call(arena.allocate(STATE), arguments);
    }
  }

  private long call(MemorySegment state, long... arguments) {
    long[] all = Arrays.copyOf(arguments, ARGUMENTS);
    try {
      return (long)
          STUB.invokeExact(address, state, all[0], all[1], all[2], all[3], all[4], all[5]);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the pointer to a segment. The caller must keep the segment reachable. */
  static long pointer(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException("memory of Java's heap, which has no address");
    }
    return segment.address();
  }
}
