package io.github.ecrcontainerd.it.support;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * A signal that a test sends, by kill(2): {@link ProcessHandle} knows only two, and the program
 * {@code kill} isn't on every machine. The numbers are those of x86-64 and aarch64 (signal(7)).
 */
@SuppressWarnings("restricted") // Native access is what this class is for.
public enum Signal {
  SIGHUP(1),
  SIGINT(2),
  SIGTERM(15),
  SIGCONT(18),
  SIGSTOP(19);

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle KILL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("kill"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  private final int number;

  Signal(int number) {
    this.number = number;
  }

  /** The exit status of a process that the signal has ended, as shells and JVMs report it. */
  public int exitStatus() {
    return 128 + number;
  }

  /**
   * Sends it.
   *
   * @throws AssertionError if there is no such process
   */
  public void send(long pid) {
    int result;
    try {
      result = (int) KILL.invokeExact(Math.toIntExact(pid), number);
    } catch (Throwable e) {
      throw new AssertionError("kill(2) can't be called", e);
    }
    if (result != 0) {
      throw new AssertionError("%s can't be sent: no process %d".formatted(this, pid));
    }
  }
}
