package io.github.ecrcontainerd.containerd.internal.events;

import jdk.jfr.FlightRecorder;

/** The Flight Recorder of this JVM. */
public final class Recorder {

  private Recorder() {}

  /**
   * Whether it was ever asked to record. Until then no event is made: loading the first class of
   * one makes the JDK read what it says of itself, which is a tenth of a small pull
   * (docs/performance.md).
   */
  public static boolean isOn() {
    return FlightRecorder.isInitialized();
  }
}
