package io.github.ecrcontainerd.telemetry;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.MediaKind;
import io.github.ecrcontainerd.resolver.Resolution;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The span of an operation, with its children and metrics. Attributes without the prefix {@code
 * ecr.} are those of OpenTelemetry's semantic conventions: registries of attributes "container",
 * "oci", "cloud", "server" and "error".
 */
final class OperationSpan implements OperationObserver {
  private static final AttributeKey<String> IMAGE_NAME =
      AttributeKey.stringKey("container.image.name");
  private static final AttributeKey<List<String>> IMAGE_TAGS =
      AttributeKey.stringArrayKey("container.image.tags");
  private static final AttributeKey<List<String>> REPO_DIGESTS =
      AttributeKey.stringArrayKey("container.image.repo_digests");
  private static final AttributeKey<String> MANIFEST_DIGEST =
      AttributeKey.stringKey("oci.manifest.digest");
  private static final AttributeKey<String> CLOUD_PROVIDER =
      AttributeKey.stringKey("cloud.provider");
  private static final AttributeKey<String> CLOUD_REGION = AttributeKey.stringKey("cloud.region");
  private static final AttributeKey<String> CLOUD_ACCOUNT =
      AttributeKey.stringKey("cloud.account.id");
  private static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");
  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey(ErrorType.KEY);

  private static final AttributeKey<String> DIGEST = AttributeKey.stringKey("ecr.content.digest");
  private static final AttributeKey<Long> SIZE = AttributeKey.longKey("ecr.content.size");
  private static final AttributeKey<String> MEDIA_TYPE =
      AttributeKey.stringKey("ecr.content.media_type");
  private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("ecr.transfer.offset");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("ecr.reason");

  private final Tracer tracer;
  private final OperationInstruments instruments;
  private final TransferSpans allTransfers;
  private final Attributes metricAttributes;
  private final EcrReference image;
  private final String registry;
  private final long start = System.nanoTime();
  private final Span span;
  private final Context context;
  private final Map<Digest, Span> transfers = new ConcurrentHashMap<>();
  private final Map<Digest, Span> unpackings = new ConcurrentHashMap<>();

  OperationSpan(
      Tracer tracer,
      OperationInstruments instruments,
      TransferSpans allTransfers,
      Operation operation,
      EcrReference image) {
    this.tracer = tracer;
    this.instruments = instruments;
    this.allTransfers = allTransfers;
    this.metricAttributes = OperationInstruments.of(operation);
    this.image = image;
    this.registry = registry(image);
    this.span =
        tracer
            .spanBuilder(operation.label() + " " + image.repository())
            .setParent(Context.current())
            .setAllAttributes(metricAttributes)
            .setAttribute(IMAGE_NAME, imageName())
            .setAttribute(CLOUD_PROVIDER, "aws")
            .setAttribute(CLOUD_REGION, image.region())
            .setAttribute(CLOUD_ACCOUNT, image.account())
            .startSpan();
    this.context = Context.current().with(span);
    image.tag().ifPresent(tag -> span.setAttribute(IMAGE_TAGS, List.of(tag)));
    image.digest().ifPresent(this::named);
  }

  private String imageName() {
    return registry + "/" + image.repository();
  }

  /** The registry's host; its account where AWS names no host in the partition. */
  private static String registry(EcrReference image) {
    try {
      return image.registry();
    } catch (IllegalStateException e) {
      // Another endpoint may be set for it: the operation must not fail here.
      return image.account();
    }
  }

  private void named(Digest digest) {
    span.setAttribute(MANIFEST_DIGEST, digest.toString());
    span.setAttribute(REPO_DIGESTS, List.of(imageName() + "@" + digest));
  }

  @Override
  public void resolved(Resolution found) {
    named(found.target().digest());
  }

  @Override
  public void warning(String message) {
    span.addEvent("warning", Attributes.of(REASON, message));
  }

  @Override
  public void alreadyThere(Descriptor content) {
    instruments.reused(content.size(), metricAttributes);
  }

  @Override
  public void started(Descriptor content, long offset) {
    instruments.reused(offset, metricAttributes);
    Span transfer = child("transfer", content, SpanKind.CLIENT);
    transfer.setAttribute(SERVER, registry);
    transfer.setAttribute(OFFSET, offset);
    transfers.put(content.digest(), transfer);
    allTransfers.started(content, transfer);
  }

  @Override
  public void transferred(Descriptor content, long bytes) {
    instruments.transferred(bytes, metricAttributes);
  }

  @Override
  public void completed(Descriptor content) {
    Span transfer = transfers.remove(content.digest());
    if (transfer != null) {
      allTransfers.ended(content, transfer);
      transfer.end();
    }
  }

  @Override
  public void failed(Descriptor content, Throwable cause) {
    Span transfer = transfers.remove(content.digest());
    if (transfer != null) {
      allTransfers.ended(content, transfer);
      fail(transfer, cause);
    }
  }

  @Override
  public void unpacking(Descriptor layer) {
    unpackings.put(layer.digest(), child("unpack", layer, SpanKind.INTERNAL));
  }

  @Override
  public void leftToTheDaemon(Descriptor layer, String reason) {
    Span unpacking = unpackings.get(layer.digest());
    if (unpacking != null) {
      unpacking.addEvent("left to the daemon", Attributes.of(REASON, reason));
    }
  }

  @Override
  public void allLeftToTheDaemon(String reason) {
    span.addEvent("unpacking left to the daemon", Attributes.of(REASON, reason));
  }

  @Override
  public void unpacked(Descriptor layer) {
    Span unpacking = unpackings.remove(layer.digest());
    if (unpacking != null) {
      unpacking.end();
    }
  }

  @Override
  public void succeeded() {
    unpackings.values().forEach(Span::end);
    instruments.succeeded(System.nanoTime() - start, metricAttributes);
    span.end();
  }

  @Override
  public void failed(Throwable cause) {
    unpackings.values().forEach(unpacking -> fail(unpacking, cause));
    instruments.failed(System.nanoTime() - start, metricAttributes, cause);
    fail(span, cause);
  }

  private Span child(String verb, Descriptor content, SpanKind kind) {
    return tracer
        .spanBuilder(verb + " " + MediaKind.of(content).noun())
        .setParent(context)
        .setSpanKind(kind)
        .setAttribute(DIGEST, content.digest().toString())
        .setAttribute(SIZE, content.size())
        .setAttribute(MEDIA_TYPE, content.mediaType())
        .startSpan();
  }

  private static void fail(Span span, Throwable cause) {
    span.setAttribute(ERROR_TYPE, ErrorType.of(cause));
    span.recordException(cause);
    span.setStatus(StatusCode.ERROR, String.valueOf(cause.getMessage()));
    span.end();
  }
}
