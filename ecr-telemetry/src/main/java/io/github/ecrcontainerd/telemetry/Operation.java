package io.github.ecrcontainerd.telemetry;

import java.util.Locale;

/** What is observed. */
enum Operation {
  PULL,
  PUSH,
  COPY;

  /** Its name as an attribute has it: {@code pull}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
