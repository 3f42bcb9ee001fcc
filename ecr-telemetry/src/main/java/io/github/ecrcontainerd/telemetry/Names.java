package io.github.ecrcontainerd.telemetry;

import java.util.List;

/** The names of metrics and of their attributes, the same for each receiver. */
final class Names {
  /** A histogram, in seconds. */
  static final String OPERATION_DURATION = "ecr.operation.duration";

  /** Bytes of content that were transferred. */
  static final String TRANSFER_IO = "ecr.transfer.io";

  /** Bytes of content that the destination had. */
  static final String TRANSFER_REUSED = "ecr.transfer.reused";

  static final String RETRIES = "ecr.transfer.retries";
  static final String HEDGES = "ecr.transfer.hedges";
  static final String URL_RENEWALS = "ecr.transfer.url_renewals";
  static final String THROTTLES = "ecr.api.throttles";

  /** {@code pull}, {@code push} or {@code copy}. */
  static final String OPERATION = "ecr.operation";

  /** The operation of the AWS API, by OpenTelemetry's semantic conventions. */
  static final String RPC_METHOD = "rpc.method";

  /** Between a small image that is there, and a large one on a slow link; in seconds. */
  static final List<Double> DURATION_BUCKETS =
      List.of(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0);

  private Names() {}
}
