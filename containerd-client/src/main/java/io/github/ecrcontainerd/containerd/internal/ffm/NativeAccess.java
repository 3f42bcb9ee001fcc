package io.github.ecrcontainerd.containerd.internal.ffm;

import java.lang.foreign.MemorySegment;

/** Whether this JVM allows our code to call libc. */
public final class NativeAccess {
  /** The message if it doesn't, with the remedy. */
  public static final String REFUSED =
      "this JVM refuses native access: start it with --enable-native-access=ALL-UNNAMED";

  private NativeAccess() {}

  /**
   * Without a flag, a JVM warns once and allows it; with {@code --illegal-native-access=deny} it
   * throws, unless {@code --enable-native-access} names the module (JEP 472). No method of the
   * module reports which of them applies, so this calls a restricted method that has no effect.
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
