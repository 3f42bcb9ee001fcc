package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * The parts of a manifest's content that a resolver uses: its media type, and the bytes that its
 * digest covers.
 */
final class ManifestContent {
  /** The media types that registries and proxies state for content of unknown type. */
  private static final Set<String> GENERIC =
      Set.of("", "application/json", "application/octet-stream", "text/plain");

  private final byte[] content;
  private final JsonProperties properties;

  private ManifestContent(byte[] content, JsonProperties properties) {
    this.content = content;
    this.properties = properties;
  }

  /**
   * Parses the content.
   *
   * @throws IllegalArgumentException if it is not a JSON object; the message continues a sentence
   */
  static ManifestContent of(byte[] content) {
    return new ManifestContent(content, JsonProperties.of(content));
  }

  /**
   * The media type.
   *
   * @param said the media type that the registry stated, {@code ""} for none
   * @throws IllegalArgumentException if it is not a manifest's, or the content contradicts it
   */
  String mediaType(String said) {
    String mediaType = said;
    if (GENERIC.contains(said)) {
      mediaType = own().or(() -> MediaTypes.ofDocumentWith(properties.filled())).orElse(said);
    }
    if (!MediaTypes.isManifestOrIndex(mediaType)) {
      throw new IllegalArgumentException(
          "its media type is not that of an image: " + (mediaType.isEmpty() ? "none" : mediaType));
    }
    Optional<String> contradiction =
        MediaTypes.contradiction(mediaType, own(), properties.filled());
    if (contradiction.isPresent()) {
      throw new IllegalArgumentException(contradiction.get());
    }
    return mediaType;
  }

  /**
   * The digest of all bytes or, for a signed schema 1 manifest, of the signed bytes ({@code
   * distribution/distribution}, "Image Manifest V 2, Schema 1"): the first {@code formatLength}
   * bytes, followed by the {@code formatTail}. The manifest's reader checks the signatures.
   *
   * @throws IllegalArgumentException if there is no signature, or it doesn't state what it covers
   */
  Digest digest(String mediaType) {
    if (!mediaType.equals(MediaTypes.DOCKER_SCHEMA1_SIGNED)) {
      return Digest.sha256(content);
    }
    JsonProperties header =
        properties
            .textAt("/signatures/0/protected")
            .map(text -> JsonProperties.of(Base64.getUrlDecoder().decode(text)))
            .orElseThrow(() -> new IllegalArgumentException("it has no signature"));
    int length = header.number("formatLength").orElse(-1);
    if (length < 0 || length > content.length) {
      throw new IllegalArgumentException("its signature does not say what it covers");
    }
    byte[] tail = Base64.getUrlDecoder().decode(header.text("formatTail").orElse(""));
    byte[] payload = Arrays.copyOf(content, length + tail.length);
    System.arraycopy(tail, 0, payload, length, tail.length);
    return Digest.sha256(payload);
  }

  private Optional<String> own() {
    return properties.text("mediaType").filter(type -> !type.isEmpty());
  }
}
