package io.github.ecrcontainerd.containerd.internal.events;

import jdk.jfr.FlightRecorder;

/** The Flight Recorder of this JVM. */
public final class Recorder {

  private Recorder() {}

  /**
   * Whether a recording was ever started. Until then no event is created, because the JDK's set-up
   * for the first event class takes a tenth of a small pull (docs/performance.md).
   */
  public static boolean isOn() {
    return FlightRecorder.isInitialized();
  }
}
