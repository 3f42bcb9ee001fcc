package io.github.ecrcontainerd.containerd.internal.ffm;

import java.lang.foreign.MemorySegment;

/** Whether this JVM lets our code call libc. */
public final class NativeAccess {
  /** What to do where it doesn't. */
  public static final String REFUSED =
      "this JVM refuses native access: start it with --enable-native-access=ALL-UNNAMED";

  private NativeAccess() {}

  /**
   * Without a flag, a JVM warns once and allows it; with {@code --illegal-native-access=deny} it
   * throws, unless {@code --enable-native-access} names the module (JEP 472). The module can't be
   * asked which of them holds, so this calls something restricted that does nothing.
   */
  @SuppressWarnings("restricted")
  public static boolean isAllowed() {
    try {
      var _ = MemorySegment.NULL.reinterpret(0);
      return true;
    } catch (IllegalCallerException e) {
      return false;
    }
  }
}
