package io.github.ecrcontainerd.telemetry;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.TransferListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** Sends metrics to Micrometer. docs/library.md lists them. */
public final class EcrMicrometer {

  private EcrMicrometer() {}

  /**
   * Observes for a registry.
   *
   * @param registry stays the caller's to close
   */
  public static EcrTelemetry create(MeterRegistry registry) {
    return new EcrTelemetry(new Meters(registry));
  }

  private record Meters(MeterRegistry registry) implements Telemetry {

    @Override
    public OperationObserver begin(Operation operation, EcrReference image) {
      return new OperationMeters(registry, operation);
    }

    @Override
    public TransferListener resolverListener() {
      Counter retries =
          Counter.builder(Names.RETRIES)
              .description("Parts of content that were requested again after a pause")
              .register(registry);
      Counter hedges =
          Counter.builder(Names.HEDGES)
              .description("Slow parts of content that were requested a second time")
              .register(registry);
      Counter renewals =
          Counter.builder(Names.URL_RENEWALS)
              .description("URLs of layers that were renewed")
              .register(registry);
      return new TransferListener() {
        @Override
        public void retrying(Descriptor content, String reason, Duration pause) {
          retries.increment();
        }

        @Override
        public void hedged(Descriptor content) {
          hedges.increment();
        }

        @Override
        public void urlRenewed(Descriptor content) {
          renewals.increment();
        }

        @Override
        public void throttled(String operation, Duration pause) {
          Counter.builder(Names.THROTTLES)
              .description("Calls of the Amazon ECR API that its quotas refused for now")
              .tag(Names.RPC_METHOD, operation)
              .register(registry)
              .increment();
        }
      };
    }
  }

  /** The meters of one operation. */
  private static final class OperationMeters implements OperationObserver {
    private final MeterRegistry registry;
    private final Operation operation;
    private final Counter transferred;
    private final Counter reused;
    private final Timer.Sample time;

    private OperationMeters(MeterRegistry registry, Operation operation) {
      this.registry = registry;
      this.operation = operation;
      this.transferred = bytes(Names.TRANSFER_IO, "Content of images that was transferred");
      this.reused = bytes(Names.TRANSFER_REUSED, "Content of images that the destination had");
      this.time = Timer.start(registry);
    }

    private Counter bytes(String name, String description) {
      return Counter.builder(name)
          .description(description)
          .baseUnit("bytes")
          .tag(Names.OPERATION, operation.label())
          .register(registry);
    }

    @Override
    public void alreadyThere(Descriptor content) {
      reused.increment((double) content.size());
    }

    @Override
    public void started(Descriptor content, long offset) {
      reused.increment((double) offset);
    }

    @Override
    public void transferred(Descriptor content, long bytes) {
      transferred.increment((double) bytes);
    }

    @Override
    public void succeeded() {
      // Meters of one name have the same tags: Micrometer's own have "none" here.
      stop("none");
    }

    @Override
    public void failed(Throwable cause) {
      stop(ErrorType.of(cause));
    }

    private void stop(String errorType) {
      time.stop(
          Timer.builder(Names.OPERATION_DURATION)
              .description("Pulls, pushes and copies of images")
              .tag(Names.OPERATION, operation.label())
              .tag(ErrorType.KEY, errorType)
              .register(registry));
    }
  }
}
