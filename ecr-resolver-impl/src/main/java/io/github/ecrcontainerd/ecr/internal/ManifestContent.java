package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * As much of a manifest's content as a resolver looks at: what it is, and over which of its bytes
 * its digest goes.
 */
final class ManifestContent {
  /** What registries and proxies say that don't know what they have. */
  private static final Set<String> GENERIC =
      Set.of("", "application/json", "application/octet-stream", "text/plain");

  private final byte[] content;
  private final JsonProperties properties;

  private ManifestContent(byte[] content, JsonProperties properties) {
    this.content = content;
    this.properties = properties;
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if it is no JSON object; the message goes on a sentence
   */
  static ManifestContent of(byte[] content) {
    return new ManifestContent(content, JsonProperties.of(content));
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
      mediaType = own().or(() -> MediaTypes.ofDocumentWith(properties.filled())).orElse(said);
    }
    if (!MediaTypes.isManifestOrIndex(mediaType)) {
      throw new IllegalArgumentException(
          "its media type is no image's: " + (mediaType.isEmpty() ? "none" : mediaType));
    }
    Optional<String> contradiction =
        MediaTypes.contradiction(mediaType, own(), properties.filled());
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
