package io.github.ecrcontainerd.ecr.internal.events;

import jdk.jfr.FlightRecorder;

/** The Flight Recorder of this JVM. */
public final class Recorder {

  private Recorder() {}

  /**
   * Whether a recording was ever started. Until then no event is created, because loading the first
   * event class makes the JDK read event metadata, which takes a tenth of a small pull
   * (docs/performance.md).
   */
  public static boolean isOn() {
    return FlightRecorder.isInitialized();
  }
}
