package io.github.ecrcontainerd.ecr.internal.download;

import java.io.IOException;
import java.time.Duration;

/** No byte, or too few, arrived for so long that the request was cancelled. */
final class SilenceException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Duration duration;

  SilenceException(Duration duration) {
    this(duration, "no byte arrived for %d s".formatted(duration.toSeconds()));
  }

  /**
   * @param duration the time without enough bytes
   */
  SilenceException(Duration duration, String message) {
    super(message);
    this.duration = duration;
  }

  Duration duration() {
    return duration;
  }
}
