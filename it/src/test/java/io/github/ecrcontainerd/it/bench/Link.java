package io.github.ecrcontainerd.it.bench;

import java.time.Duration;

/** How layers travel to whoever asks for them. */
enum Link {
  UNLIMITED(false, false),
  UNLIMITED_OVER_TLS(false, true),
  /** As from S3: 60 MiB a second for each connection, 15 ms to the first byte. */
  LIMITED(true, false);

  static final long BYTES_PER_SECOND = 60L << 20;
  static final Duration FIRST_BYTE = Duration.ofMillis(15);

  private final boolean limited;
  private final boolean overTls;

  Link(boolean limited, boolean overTls) {
    this.limited = limited;
    this.overTls = overTls;
  }

  boolean isLimited() {
    return limited;
  }

  /** Whether the API and the layers speak TLS. */
  boolean isOverTls() {
    return overTls;
  }

  /** What is said of it behind a peer's name. */
  String words() {
    return overTls ? ", over TLS" : "";
  }
}
