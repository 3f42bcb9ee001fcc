package io.github.ecrcontainerd.it.bench;

import java.time.Duration;

/** How layers travel to whoever asks for them. */
enum Link {
  UNLIMITED,
  /** As from S3: 60 MiB a second for each connection, 15 ms to the first byte. */
  LIMITED;

  static final long BYTES_PER_SECOND = 60L << 20;
  static final Duration FIRST_BYTE = Duration.ofMillis(15);
}
