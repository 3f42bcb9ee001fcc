package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.ecr.internal.mirror.Mirror;
import java.time.Duration;

/** Where a layer's URL comes from, and how long its server may be silent. */
enum Origin {
  /** From ECR. The time until the answer may include connecting and the TLS handshake. */
  ECR(Duration.ofSeconds(8), Duration.ofSeconds(5), 1),

  /**
   * A mirror, which has to be fast to be of use: slower than some 85 KiB/s a connection, it is left
   * for ECR.
   */
  MIRROR(Mirror.PATIENCE, Duration.ofSeconds(3), 256 << 10);

  private final Duration untilAnswer;
  private final Duration untilBytes;
  private final int bytes;

  Origin(Duration untilAnswer, Duration untilBytes, int bytes) {
    this.untilAnswer = untilAnswer;
    this.untilBytes = untilBytes;
    this.bytes = bytes;
  }

  /** The time limit until the answer. */
  Duration untilAnswer() {
    return untilAnswer;
  }

  /** The time limit for each {@link #bytes} of the body. */
  Duration untilBytes() {
    return untilBytes;
  }

  int bytes() {
    return bytes;
  }
}
