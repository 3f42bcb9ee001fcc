package io.github.ecrcontainerd.telemetry;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.TransferListener;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;

/**
 * Sends spans and metrics to OpenTelemetry. A span of an operation is a child of the span that is
 * current in the calling thread. It has a child for each manifest and blob that is transferred, and
 * for each layer that is unpacked. docs/library.md lists spans, metrics and attributes.
 */
public final class EcrOpenTelemetry {
  private static final String SCOPE = "io.github.ecrcontainerd";

  private EcrOpenTelemetry() {}

  /**
   * Observes for an OpenTelemetry.
   *
   * @param openTelemetry stays the caller's to close
   */
  public static EcrTelemetry create(OpenTelemetry openTelemetry) {
    return new EcrTelemetry(
        new SpansAndMetrics(openTelemetry.getTracer(SCOPE), openTelemetry.getMeter(SCOPE)));
  }

  private static final class SpansAndMetrics implements Telemetry {
    private static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey(Names.RPC_METHOD);

    private final Tracer tracer;
    private final Meter meter;
    private final OperationInstruments instruments;
    private final TransferSpans transfers = new TransferSpans();

    SpansAndMetrics(Tracer tracer, Meter meter) {
      this.tracer = tracer;
      this.meter = meter;
      this.instruments = new OperationInstruments(meter);
    }

    @Override
    public OperationObserver begin(Operation operation, EcrReference image) {
      return new OperationSpan(tracer, instruments, transfers, operation, image);
    }

    @Override
    public TransferListener resolverListener() {
      var retries =
          meter
              .counterBuilder(Names.RETRIES)
              .setUnit("{retry}")
              .setDescription("Parts of content that were requested again after a pause")
              .build();
      var hedges =
          meter
              .counterBuilder(Names.HEDGES)
              .setUnit("{hedge}")
              .setDescription("Slow parts of content that were requested a second time")
              .build();
      var renewals =
          meter
              .counterBuilder(Names.URL_RENEWALS)
              .setUnit("{renewal}")
              .setDescription("URLs of layers that were renewed")
              .build();
      var throttles =
          meter
              .counterBuilder(Names.THROTTLES)
              .setUnit("{call}")
              .setDescription("Calls of the Amazon ECR API that its quotas refused for now")
              .build();
      return new TransferListener() {
        @Override
        public void retrying(Descriptor content, String reason, Duration pause) {
          retries.add(1);
          transfers.event(
              content,
              "retry",
              Attributes.of(
                  AttributeKey.stringKey("ecr.retry.reason"),
                  reason,
                  AttributeKey.doubleKey("ecr.retry.pause"),
                  pause.toNanos() / 1e9));
        }

        @Override
        public void hedged(Descriptor content) {
          hedges.add(1);
          transfers.event(content, "hedge", Attributes.empty());
        }

        @Override
        public void urlRenewed(Descriptor content) {
          renewals.add(1);
          transfers.event(content, "url renewal", Attributes.empty());
        }

        @Override
        public void throttled(String operation, Duration pause) {
          throttles.add(1, Attributes.of(RPC_METHOD, operation));
        }
      };
    }
  }
}
