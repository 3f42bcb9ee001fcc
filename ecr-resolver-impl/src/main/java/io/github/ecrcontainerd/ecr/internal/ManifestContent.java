package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/**
 * As much of a manifest's content as a resolver looks at: what it is, and over which of its bytes
 * its digest goes.
 *
 * <p>The JSON reader is the SDK's own, which reads every answer of ECR. The SDK promises its
 * interface to its own modules only; its version is fixed in our build, so a change of it would be
 * seen there, and no other JSON library has to come along.
 */
final class ManifestContent {
  /** What registries and proxies say that don't know what they have. */
  private static final Set<String> GENERIC =
      Set.of("", "application/json", "application/octet-stream", "text/plain");

  private final byte[] content;
  private final Map<String, JsonNode> fields;

  private ManifestContent(byte[] content, Map<String, JsonNode> fields) {
    this.content = content;
    this.fields = fields;
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if it is no JSON object; the message goes on a sentence
   */
  static ManifestContent of(byte[] content) {
    return new ManifestContent(content, object(content));
  }

  private static Map<String, JsonNode> object(byte[] content) {
    JsonNode node;
    try {
      node = JsonNode.parser().parse(content);
    } catch (UncheckedIOException | IllegalArgumentException e) {
      throw new IllegalArgumentException("it is not JSON", e);
    }
    if (!node.isObject()) {
      throw new IllegalArgumentException("it is not a JSON object");
    }
    return node.asObject();
  }

  /**
   * Its media type.
   *
   * @param said what the registry said, {@code ""} for nothing
   * @throws IllegalArgumentException if it is no manifest's, or the content contradicts it
   */
  String mediaType(String said) {
    String mediaType = said;
    if (GENERIC.contains(said)) {
      mediaType = own().or(() -> MediaTypes.ofDocumentWith(filled())).orElse(said);
    }
    if (!MediaTypes.isManifestOrIndex(mediaType)) {
      throw new IllegalArgumentException(
          "its media type is no image's: " + (mediaType.isEmpty() ? "none" : mediaType));
    }
    Optional<String> contradiction = MediaTypes.contradiction(mediaType, own(), filled());
    if (contradiction.isPresent()) {
      throw new IllegalArgumentException(contradiction.get());
    }
    return mediaType;
  }

  /**
   * The digest: of all bytes, or of those that the signatures of a schema 1 manifest are about
   * ({@code distribution/distribution}, "Image Manifest V 2, Schema 1"): the first {@code
   * formatLength} bytes, and the {@code formatTail} after them. Whether the signatures are right is
   * for the manifest's reader to check.
   *
   * @throws IllegalArgumentException if a signature doesn't say what it is about
   */
  Digest digest(String mediaType) {
    if (!mediaType.equals(MediaTypes.DOCKER_SCHEMA1_SIGNED)) {
      return Digest.sha256(content);
    }
    Map<String, JsonNode> header =
        Optional.ofNullable(fields.get("signatures"))
            .filter(JsonNode::isArray)
            .flatMap(signatures -> signatures.index(0))
            .filter(JsonNode::isObject)
            .flatMap(signature -> signature.field("protected"))
            .filter(JsonNode::isString)
            .map(text -> object(Base64.getUrlDecoder().decode(text.asString())))
            .orElseThrow(() -> new IllegalArgumentException("it has no signature"));
    int length = number(header.get("formatLength"));
    byte[] tail = Base64.getUrlDecoder().decode(text(header.get("formatTail")).orElse(""));
    byte[] payload = Arrays.copyOf(content, length + tail.length);
    System.arraycopy(tail, 0, payload, length, tail.length);
    return Digest.sha256(payload);
  }

  private int number(@Nullable JsonNode node) {
    if (node != null && node.isNumber()) {
      try {
        int number = Integer.parseInt(node.asNumber());
        if (number >= 0 && number <= content.length) {
          return number;
        }
      } catch (NumberFormatException e) {
        // A fraction, or beyond all lengths: told below.
      }
    }
    throw new IllegalArgumentException("its signature does not say what it covers");
  }

  private Optional<String> own() {
    return text(fields.get("mediaType")).filter(type -> !type.isEmpty());
  }

  private static Optional<String> text(@Nullable JsonNode node) {
    return Optional.ofNullable(node).filter(JsonNode::isString).map(JsonNode::asString);
  }

  private Set<String> filled() {
    return fields.entrySet().stream()
        .filter(each -> isFilled(each.getValue()))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private static boolean isFilled(JsonNode value) {
    return !value.isNull()
        && !(value.isArray() && value.asArray().isEmpty())
        && !(value.isObject() && value.asObject().isEmpty());
  }
}
