package io.github.ecrcontainerd.it.telemetry;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a collector of OpenTelemetry's protocol gets, by HTTP. */
final class Collector implements AutoCloseable {
  private final HttpServer server;
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<Metric> metrics = new CopyOnWriteArrayList<>();

  Collector() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/traces", exchange -> receive(exchange, this::addSpans));
    server.createContext("/v1/metrics", exchange -> receive(exchange, this::addMetrics));
    server.start();
  }

  @FunctionalInterface
  private interface Message {
    void read(byte[] bytes) throws InvalidProtocolBufferException;
  }

  private static void receive(HttpExchange exchange, Message message) throws IOException {
    try (exchange) {
      message.read(exchange.getRequestBody().readAllBytes());
      // An answer without fields is an empty message.
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void addSpans(byte[] bytes) throws InvalidProtocolBufferException {
    ExportTraceServiceRequest.parseFrom(bytes).getResourceSpansList().stream()
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .forEach(scope -> spans.addAll(scope.getSpansList()));
  }

  private void addMetrics(byte[] bytes) throws InvalidProtocolBufferException {
    ExportMetricsServiceRequest.parseFrom(bytes).getResourceMetricsList().stream()
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .forEach(scope -> metrics.addAll(scope.getMetricsList()));
  }

  String url(String path) {
    return "http://localhost:" + server.getAddress().getPort() + path;
  }

  /** All spans whose name begins so. */
  List<Span> spans(String prefix) {
    return spans.stream().filter(span -> span.getName().startsWith(prefix)).toList();
  }

  /** The one metric of a name. */
  Metric metric(String name) {
    List<Metric> found = metrics.stream().filter(metric -> metric.getName().equals(name)).toList();
    if (found.size() != 1) {
      throw new AssertionError(
          "%d metrics are named %s: %s".formatted(found.size(), name, metrics));
    }
    return found.getFirst();
  }

  List<String> metricNames() {
    return metrics.stream().map(Metric::getName).distinct().toList();
  }

  /** An attribute as text; empty if there is none. */
  static String attribute(List<KeyValue> attributes, String name) {
    return attributes.stream()
        .filter(attribute -> attribute.getKey().equals(name))
        .map(attribute -> text(attribute.getValue()))
        .findFirst()
        .orElse("");
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case INT_VALUE -> Long.toString(value.getIntValue());
      case ARRAY_VALUE ->
          value.getArrayValue().getValuesList().stream().map(Collector::text).toList().toString();
      default -> value.toString();
    };
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
