package io.github.ecrcontainerd.cli.progress;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The size of a terminal. */
record TerminalSize(int rows, int columns) {
  /** The size if the terminal doesn't report one. */
  static final TerminalSize USUAL = new TerminalSize(24, 80);

  /** Calls ioctl(2), as in ioctl_tty(2). */
  @SuppressWarnings("restricted") // Native access is what this class is for.
  private static final class Ioctl {
    /** Its value on Linux on x86-64 and aarch64: {@code asm-generic/ioctls.h}. */
    static final long TIOCGWINSZ = 0x5413;

    /** {@code struct winsize} has four shorts: rows, columns, and both in pixels. */
    static final long WINSIZE_BYTES = 8;

    static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                Linker.Option.firstVariadicArg(2));

    private Ioctl() {}
  }

  /** Asks the terminal on standard error. */
  static TerminalSize ofStandardError() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(Ioctl.WINSIZE_BYTES, JAVA_SHORT.byteAlignment());
      int status = (int) Ioctl.CALL.invokeExact(2, Ioctl.TIOCGWINSZ, size);
      int rows = size.getAtIndex(JAVA_SHORT, 0);
      int columns = size.getAtIndex(JAVA_SHORT, 1);
      return status == 0 && rows > 0 && columns > 0 ? new TerminalSize(rows, columns) : USUAL;
    } catch (Throwable e) {
      throw new IllegalStateException("ioctl can't be called", e);
    }
  }
}
