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
 * A function in C whose arguments, six at most, are integers and pointers, and so is its result.
 *
 * <p>All of them are called by one stub, with a register's 64 bits for each argument: in the
 * calling conventions of Linux on x86-64 (System V) and aarch64 (AAPCS64) the first six arguments
 * of these kinds are in registers, of which a function reads as many bits of as many as it has, and
 * one with a variable number of arguments is called in the same way. With a stub for each signature
 * the JVM made 390 classes more in each pull: docs/performance.md.
 *
 * <p>What pointers lead to has to stay there for the length of the call. Safe for use by several
 * threads.
 */
@SuppressWarnings("restricted") // Native access is what this class is for.
final class NativeFunction {
  private static final int ARGUMENTS = 6;
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  /** Of the function's address, a place for {@code errno}, and the arguments. */
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

  /** One of libc, which is where the linker looks by default. */
  static NativeFunction ofLibc(String name) {
    return of(Linker.nativeLinker().defaultLookup(), name);
  }

  /** One of the functions that some library has. */
  static NativeFunction of(SymbolLookup library, String name) {
    return new NativeFunction(library.findOrThrow(name));
  }

  /**
   * Calls it, where it returns an {@code int}.
   *
   * @return its result, or the negated {@code errno} where that is -1, as the kernel itself does
   */
  int intOrErrno(long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      // The upper half of the register may be anything.
      int result = (int) call(state, arguments);
      return result == -1 ? -state.get(JAVA_INT, ERRNO) : result;
    }
  }

  /** The same, where it returns a {@code long} or an {@code ssize_t}. */
  long longOrErrno(long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result = call(state, arguments);
      return result == -1 ? -state.get(JAVA_INT, ERRNO) : result;
    }
  }

  /** Calls it: its result's register. */
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

  /** The pointer to a segment, which is the caller's to keep. */
  static long pointer(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException("memory of Java's heap, which has no address");
    }
    return segment.address();
  }
}
