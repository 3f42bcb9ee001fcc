package io.github.ecrcontainerd.it.support;

import java.util.Map;

/**
 * The environment of a process whose clock is wrong, by libfaketime: the C library's answers
 * change, so it works for a JVM, and not for Go's programs, which ask the kernel.
 */
public final class MovedClock {
  /** ld.so replaces {@code $LIB} by the directory of this machine's architecture: ld.so(8). */
  private static final String LIBRARY = "/usr/$LIB/faketime/libfaketimeMT.so.1";

  private MovedClock() {}

  /**
   * The variables.
   *
   * @param offset the difference to this machine's clock: {@code +1d}, {@code -1d}
   */
  public static Map<String, String> by(String offset) {
    return Map.of("LD_PRELOAD", LIBRARY, "FAKETIME", offset);
  }
}
