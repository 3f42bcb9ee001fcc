package io.github.ecrcontainerd.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;

/** OpenTelemetry's instruments for operations. */
final class OperationInstruments {
  private static final AttributeKey<String> OPERATION = AttributeKey.stringKey(Names.OPERATION);
  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey(ErrorType.KEY);

  private final DoubleHistogram duration;
  private final LongCounter transferred;
  private final LongCounter reused;

  OperationInstruments(Meter meter) {
    this.duration =
        meter
            .histogramBuilder(Names.OPERATION_DURATION)
            .setUnit("s")
            .setDescription("Pulls, pushes and copies of images")
            .setExplicitBucketBoundariesAdvice(Names.DURATION_BUCKETS)
            .build();
    this.transferred =
        meter
            .counterBuilder(Names.TRANSFER_IO)
            .setUnit("By")
            .setDescription("Content of images that was transferred")
            .build();
    this.reused =
        meter
            .counterBuilder(Names.TRANSFER_REUSED)
            .setUnit("By")
            .setDescription("Content of images that the destination had")
            .build();
  }

  static Attributes of(Operation operation) {
    return Attributes.of(OPERATION, operation.label());
  }

  void transferred(long bytes, Attributes operation) {
    transferred.add(bytes, operation);
  }

  void reused(long bytes, Attributes operation) {
    reused.add(bytes, operation);
  }

  void succeeded(long nanos, Attributes operation) {
    duration.record(nanos / 1e9, operation);
  }

  void failed(long nanos, Attributes operation, Throwable cause) {
    Attributes failed = operation.toBuilder().put(ERROR_TYPE, ErrorType.of(cause)).build();
    duration.record(nanos / 1e9, failed);
  }
}
