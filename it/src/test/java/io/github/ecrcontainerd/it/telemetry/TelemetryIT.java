package io.github.ecrcontainerd.it.telemetry;

import static io.github.ecrcontainerd.it.telemetry.Collector.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.containerd.RegistryCopy;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.telemetry.EcrMicrometer;
import io.github.ecrcontainerd.telemetry.EcrOpenTelemetry;
import io.github.ecrcontainerd.telemetry.EcrTelemetry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Spans and metrics as other projects' tools read them, beside what skopeo and {@code ctr} say of
 * the same image: OpenTelemetry's exporter sends them and its messages are read; a registry of
 * Micrometer writes them for Prometheus, and the parser of Prometheus' Python client reads that.
 */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class TelemetryIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String READ_WHAT_PROMETHEUS_GETS =
      """
      import json, sys
      from prometheus_client.parser import text_string_to_metric_families
      print(json.dumps([[s.name, s.labels, s.value]
          for f in text_string_to_metric_families(open(sys.argv[1]).read()) for s in f.samples]))
      """;

  @TempDir private Path directory;
  private final Containerd daemon;
  private final LocalEcr ecr;
  private final AtomicInteger requests = new AtomicInteger();
  private String repository = "";
  private String reference = "";

  /** The digests of its layers. */
  private final Set<String> layers = new TreeSet<>();

  /** By the digests of all that belongs to the image, its manifest too. */
  private final Map<String, Long> sizes = new HashMap<>();

  TelemetryIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  /**
   * An image of the test's own, because namespaces share content. The second request of a layer is
   * cut off.
   */
  @BeforeEach
  void writeAnImageAndBreakOneAnswer(TestInfo test) {
    int seed = test.getDisplayName().hashCode();
    repository = "observed/" + Integer.toHexString(seed);
    reference = ecr.reference(repository, "latest");
    OciLayout layout = ecr.repository(repository);
    layout.tag("latest", LayeredImage.write(layout, seed).manifest());
    String image = "oci:" + layout.directory() + ":latest";
    String raw = Command.run(List.of("skopeo", "inspect", "--raw", image));
    sizes.put(
        Command.run(List.of("skopeo", "inspect", "--format", "{{.Digest}}", image)).strip(),
        (long) raw.length());
    JsonNode manifest = JSON.readTree(raw);
    add(manifest.path("config"));
    manifest
        .path("layers")
        .forEach(
            layer -> {
              add(layer);
              layers.add(layer.path("digest").asString());
            });
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                requests.incrementAndGet() == 2 ? LayerFault.resetAfter(10) : LayerFault.none());
  }

  private void add(JsonNode descriptor) {
    sizes.put(descriptor.path("digest").asString(), descriptor.path("size").asLong());
  }

  @AfterEach
  void mend() {
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
  }

  private long bytes() {
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }

  private ContainerdClient containerd(String namespace) {
    return ContainerdClient.builder().address(daemon.socket()).namespace(namespace).build();
  }

  private static OpenTelemetrySdk sendingTo(Collector collector) {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder()
                .addSpanProcessor(
                    BatchSpanProcessor.builder(
                            OtlpHttpSpanExporter.builder()
                                .setEndpoint(collector.url("/v1/traces"))
                                .build())
                        .build())
                .build())
        .setMeterProvider(
            SdkMeterProvider.builder()
                .registerMetricReader(
                    PeriodicMetricReader.create(
                        OtlpHttpMetricExporter.builder()
                            .setEndpoint(collector.url("/v1/metrics"))
                            .build()))
                .build())
        .build();
  }

  @Test
  void aPullIsASpanWithOneForEachBlobThatCameAndEachLayerThatWasUnpacked() throws Exception {
    try (Collector collector = new Collector()) {
      try (OpenTelemetrySdk sdk = sendingTo(collector);
          ContainerdClient containerd = containerd("spans")) {
        EcrTelemetry telemetry = EcrOpenTelemetry.create(sdk);
        try (EcrResolver resolver = ecr.resolver().listener(telemetry.resolverListener()).build()) {
          Tracer tracer = sdk.getTracer("the application");
          var own = tracer.spanBuilder("deployment").startSpan();
          try (Scope _ = own.makeCurrent()) {
            telemetry.pull(containerd, reference, resolver, PullOptions.defaults());
          } finally {
            own.end();
          }
        }
      }
      Span deployment = collector.spans("deployment").getFirst();
      List<Span> pulls = collector.spans("pull ");
      assertThat(pulls).hasSize(1);
      Span pull = pulls.getFirst();
      assertThat(pull.getName()).isEqualTo("pull " + repository);
      assertThat(pull.getParentSpanId()).isEqualTo(deployment.getSpanId());
      assertThat(pull.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
      assertThat(attribute(pull.getAttributesList(), "container.image.name"))
          .endsWith("/" + repository);
      assertThat(attribute(pull.getAttributesList(), "container.image.tags")).isEqualTo("[latest]");
      assertThat(attribute(pull.getAttributesList(), "cloud.provider")).isEqualTo("aws");
      assertThat(attribute(pull.getAttributesList(), "oci.manifest.digest"))
          .isEqualTo(daemonsDigestOfTheImage("spans"));

      List<Span> transfers = collector.spans("transfer ");
      assertThat(transfers)
          .allSatisfy(span -> assertThat(span.getParentSpanId()).isEqualTo(pull.getSpanId()))
          .extracting(span -> attribute(span.getAttributesList(), "ecr.content.digest"))
          .containsExactlyInAnyOrderElementsOf(sizes.keySet())
          .containsExactlyInAnyOrderElementsOf(
              daemon.ctr("-n", "spans", "content", "ls", "-q").lines().toList());
      assertThat(
              transfers.stream()
                  .flatMap(span -> span.getEventsList().stream())
                  .map(Span.Event::getName))
          .containsExactly("retry");
      assertThat(collector.spans("unpack "))
          .allSatisfy(span -> assertThat(span.getParentSpanId()).isEqualTo(pull.getSpanId()))
          .extracting(span -> attribute(span.getAttributesList(), "ecr.content.digest"))
          .containsExactlyInAnyOrderElementsOf(layers);
    }
  }

  private String daemonsDigestOfTheImage(String namespace) {
    return daemon
        .ctr("-n", namespace, "images", "ls")
        .lines()
        .skip(1)
        .map(line -> line.split("\\s+", -1)[2])
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theMetricsOfAPullAPushAndACopyAddUpToWhatTheImageHas() throws Exception {
    try (Collector collector = new Collector()) {
      try (OpenTelemetrySdk sdk = sendingTo(collector);
          ContainerdClient containerd = containerd("metrics")) {
        EcrTelemetry telemetry = EcrOpenTelemetry.create(sdk);
        try (EcrResolver resolver = ecr.resolver().listener(telemetry.resolverListener()).build()) {
          pullTwicePushAndCopy(telemetry, containerd, resolver, "metrics");
        }
      }
      assertThat(sums(collector, "ecr.transfer.io"))
          .containsOnlyKeys("pull", "push", "copy")
          .containsEntry("pull", bytes())
          .containsEntry("push", bytes())
          .containsEntry("copy", bytes());
      assertThat(sums(collector, "ecr.transfer.reused")).containsEntry("pull", bytes());
      assertThat(collector.metric("ecr.transfer.io").getUnit()).isEqualTo("By");
      assertThat(collector.metric("ecr.transfer.retries").getSum().getDataPoints(0).getAsInt())
          .isEqualTo(1);
      assertThat(
              collector.metric("ecr.operation.duration").getHistogram().getDataPointsList().stream()
                  .mapToLong(HistogramDataPoint::getCount)
                  .sum())
          .isEqualTo(4);
    }
  }

  /** The second time everything is there. */
  private void pullTwicePushAndCopy(
      EcrTelemetry telemetry, ContainerdClient containerd, EcrResolver resolver, String suffix)
      throws InterruptedException {
    telemetry.pull(containerd, reference, resolver, PullOptions.defaults());
    Image image = telemetry.pull(containerd, reference, resolver, PullOptions.defaults());
    ecr.repository("pushed-" + suffix);
    telemetry.push(
        containerd,
        ecr.reference("pushed-" + suffix, "1"),
        image.target(),
        resolver,
        PushOptions.defaults());
    ecr.repository("copied-" + suffix);
    telemetry.copy(
        RegistryCopy.between(resolver, resolver),
        reference,
        ecr.reference("copied-" + suffix, "1"),
        PushOptions.defaults());
  }

  private static Map<String, Long> sums(Collector collector, String metric) {
    Map<String, Long> sums = new HashMap<>();
    for (NumberDataPoint point : collector.metric(metric).getSum().getDataPointsList()) {
      sums.put(attribute(point.getAttributesList(), "ecr.operation"), point.getAsInt());
    }
    return sums;
  }

  @Test
  void aPullThatFailsIsAnErrorOfItsKind() throws Exception {
    try (Collector collector = new Collector()) {
      try (OpenTelemetrySdk sdk = sendingTo(collector);
          ContainerdClient containerd = containerd("errors");
          EcrResolver resolver = ecr.resolver().build()) {
        String missing = ecr.reference(repository, "no-such-tag");
        assertThatThrownBy(
                () ->
                    EcrOpenTelemetry.create(sdk)
                        .pull(containerd, missing, resolver, PullOptions.defaults()))
            .isInstanceOf(ResolverException.class);
      }
      Span pull = collector.spans("pull ").getFirst();
      assertThat(pull.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
      assertThat(attribute(pull.getAttributesList(), "error.type")).isEqualTo("NOT_FOUND");
      assertThat(
              attribute(
                  collector
                      .metric("ecr.operation.duration")
                      .getHistogram()
                      .getDataPoints(0)
                      .getAttributesList(),
                  "error.type"))
          .isEqualTo("NOT_FOUND");
    }
  }

  @Test
  void aListenerOfTheOptionsIsToldAsWell() throws Exception {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    PullListener listener =
        new PullListener() {
          @Override
          public void resolved(Resolution image) {
            told.add(image.target().digest().toString());
          }
        };
    try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder().build();
        ContainerdClient containerd = containerd("listener");
        EcrResolver resolver = ecr.resolver().build()) {
      EcrOpenTelemetry.create(sdk)
          .pull(containerd, reference, resolver, PullOptions.builder().listener(listener).build());
    }
    assertThat(told).containsExactly(daemonsDigestOfTheImage("listener"));
  }

  @Test
  void prometheusReadsTheSameFromMicrometer() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    EcrTelemetry telemetry = EcrMicrometer.create(registry);
    try (ContainerdClient containerd = containerd("prometheus");
        EcrResolver resolver = ecr.resolver().listener(telemetry.resolverListener()).build()) {
      pullTwicePushAndCopy(telemetry, containerd, resolver, "prometheus");
      assertThatThrownBy(
              () ->
                  telemetry.pull(
                      containerd,
                      ecr.reference(repository, "no-such-tag"),
                      resolver,
                      PullOptions.defaults()))
          .isInstanceOf(ResolverException.class);
    }

    Map<String, Double> read = whatPrometheusReads(registry.scrape());

    for (String operation : List.of("pull", "push", "copy")) {
      assertThat(read)
          .containsEntry(
              "ecr_transfer_io_bytes_total{ecr_operation=" + operation + "}", (double) bytes());
    }
    assertThat(read)
        .containsEntry("ecr_transfer_reused_bytes_total{ecr_operation=pull}", (double) bytes())
        .containsEntry("ecr_transfer_retries_total{}", 1.0)
        .containsEntry(
            "ecr_operation_duration_seconds_count{ecr_operation=pull, error_type=none}", 2.0)
        .containsEntry(
            "ecr_operation_duration_seconds_count{ecr_operation=pull, error_type=NOT_FOUND}", 1.0);
  }

  private Map<String, Double> whatPrometheusReads(String scraped) throws Exception {
    Path file = Files.writeString(directory.resolve("metrics.txt"), scraped);
    JsonNode samples =
        JSON.readTree(
            Command.run(
                List.of("/usr/bin/python3", "-c", READ_WHAT_PROMETHEUS_GETS, file.toString())));
    Map<String, Double> read = new HashMap<>();
    for (JsonNode sample : samples) {
      Set<String> labels = new TreeSet<>();
      sample
          .path(1)
          .properties()
          .forEach(label -> labels.add(label.getKey() + "=" + label.getValue().asString()));
      read.put(
          sample.path(0).asString() + "{" + String.join(", ", labels) + "}",
          sample.path(2).asDouble());
    }
    return read;
  }

  @Test
  void theDocumentsNameEachMetricAndEachSpan() throws Exception {
    String guide = Files.readString(Checkout.project().resolve("docs/library.md"));
    try (Collector collector = new Collector()) {
      try (OpenTelemetrySdk sdk = sendingTo(collector);
          ContainerdClient containerd = containerd("documented")) {
        EcrTelemetry telemetry = EcrOpenTelemetry.create(sdk);
        try (EcrResolver resolver = ecr.resolver().listener(telemetry.resolverListener()).build()) {
          telemetry.pull(containerd, reference, resolver, PullOptions.defaults());
        }
      }
      assertThat(collector.metricNames())
          .isNotEmpty()
          .allSatisfy(name -> assertThat(guide).contains("`" + name + "`"));
      assertThat(collector.spans(""))
          .isNotEmpty()
          .flatMap(Span::getAttributesList)
          .allSatisfy(attribute -> assertThat(guide).contains("`" + attribute.getKey() + "`"));
    }
  }
}
