package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON document of an image. It is untrusted, so it is parsed strictly. Absent fields and fields
 * of the wrong type are different errors; each error names the document and the field.
 */
final class Document {
  /** Rejects duplicate keys, which parsers interpret differently. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String kind;
  private final Digest digest;
  private final JsonNode node;

  private Document(String kind, Digest digest, JsonNode node) {
    this.kind = kind;
    this.digest = digest;
    this.node = node;
  }

  /**
   * @param kind the expected kind, for messages: {@code manifest}
   * @param digest of its bytes, for messages
   * @throws ImageException if the bytes are not a JSON object
   */
  static Document parse(String kind, Digest digest, byte[] content) {
    JsonNode node;
    try {
      node = JSON.readTree(content);
    } catch (JacksonException e) {
      throw new ImageException(
          ImageException.Code.MALFORMED,
          null,
          digest,
          "The %s %s is not JSON: %s".formatted(kind, digest, e.getOriginalMessage()),
          e);
    }
    if (node == null || !node.isObject()) {
      throw new ImageException(
          ImageException.Code.MALFORMED,
          digest,
          "The %s %s is not a JSON object".formatted(kind, digest));
    }
    return new Document(kind, digest, node);
  }

  ImageException invalid(String reason) {
    return new ImageException(
        ImageException.Code.MALFORMED,
        digest,
        "The %s %s is not valid: %s".formatted(kind, digest, reason));
  }

  /** Returns the names of the fields that are not null and not an empty array or object. */
  Set<String> fields() {
    return node.properties().stream()
        .filter(each -> !each.getValue().isNull())
        .filter(each -> !each.getValue().isContainer() || !each.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  boolean has(String field) {
    return node.hasNonNull(field);
  }

  /**
   * Rejects a document that can be mistaken for another type.
   *
   * @param mediaType the media type in the document's descriptor
   */
  Document as(String mediaType) {
    MediaTypes.contradiction(mediaType, text("mediaType"), fields())
        .ifPresent(
            contradiction -> {
              throw invalid(contradiction);
            });
    return this;
  }

  Optional<String> text(String field) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw invalid(field + " is not a string");
    }
    return Optional.of(value.stringValue());
  }

  List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : elements(field)) {
      if (!element.isString()) {
        throw invalid(field + " holds something that is not a string");
      }
      texts.add(element.stringValue());
    }
    return texts;
  }

  Optional<Document> object(String field) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isObject()) {
      throw invalid(field + " is not an object");
    }
    return Optional.of(new Document(kind, digest, value));
  }

  List<Document> objects(String field) {
    List<Document> objects = new ArrayList<>();
    for (JsonNode element : elements(field)) {
      if (!element.isObject()) {
        throw invalid(field + " holds something that is not an object");
      }
      objects.add(new Document(kind, digest, element));
    }
    return objects;
  }

  private Iterable<JsonNode> elements(String field) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw invalid(field + " is not an array");
    }
    return value;
  }

  /** Parses this object as a descriptor (OCI image specification, "Content Descriptors"). */
  Descriptor descriptor() {
    String mediaType = text("mediaType").orElse("");
    JsonNode size = node.path("size");
    if (!size.isIntegralNumber() || !size.canConvertToLong() || size.longValue() < 0) {
      throw invalid("a descriptor's size is no number of bytes");
    }
    Descriptor descriptor =
        new Descriptor(
            mediaType,
            digest(text("digest").orElse("")),
            size.longValue(),
            object("platform").map(Document::platform),
            texts("urls").stream().map(this::url).toList(),
            annotations(),
            text("artifactType"));
    return text("data").map(data -> embed(data, descriptor)).orElse(descriptor);
  }

  private Descriptor embed(String data, Descriptor descriptor) {
    try {
      return descriptor.withData(Base64.getDecoder().decode(data));
    } catch (IllegalArgumentException e) {
      throw invalid(
          "the data of the descriptor of %s can't be used: %s"
              .formatted(descriptor.digest(), e.getMessage()));
    }
  }

  private URI url(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw invalid("a descriptor's url is malformed");
    }
  }

  private Map<String, String> annotations() {
    Map<String, String> annotations = new LinkedHashMap<>();
    object("annotations")
        .ifPresent(
            object ->
                object
                    .node
                    .propertyNames()
                    .forEach(key -> object.text(key).ifPresent(v -> annotations.put(key, v))));
    return annotations;
  }

  Digest digest(String text) {
    try {
      return Digest.parse(text);
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Parses this object as a platform. The field names are the same in an index and in a
   * configuration.
   */
  Platform platform() {
    return new Platform(
        text("os").orElse(""),
        text("architecture").orElse(""),
        text("variant").orElse(""),
        text("os.version").orElse(""));
  }
}
