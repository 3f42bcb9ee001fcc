package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Manifest;
import io.github.ecrcontainerd.local.store.SignedManifest;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A manifest that a client pushes, and that ECR would accept.
 *
 * @param content its bytes
 * @param manifest its parsed content
 * @param mediaType its media type
 * @param digest its digest
 */
// The array comes from a String and is written to a file. It is never changed.
@SuppressWarnings("ArrayRecordComponent")
record PushedManifest(byte[] content, Manifest manifest, String mediaType, Digest digest) {

  /**
   * Parses a manifest.
   *
   * @throws EcrError if it is too long, not JSON, or of a type that ECR doesn't know
   */
  static PushedManifest read(String text, @Nullable String givenMediaType) {
    if (text.isEmpty() || text.length() > Manifest.LONGEST) {
      throw EcrError.constraint(
          "imageManifest", "Member must have length between 1 and " + Manifest.LONGEST);
    }
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    try {
      Manifest manifest = Manifest.parse(content);
      String mediaType = mediaType(manifest, content, Optional.ofNullable(givenMediaType));
      Digest digest =
          mediaType.equals(MediaTypes.DOCKER_SCHEMA1_SIGNED)
              ? SignedManifest.digest(content)
              : Digest.sha256(content);
      return new PushedManifest(content, manifest, mediaType, digest);
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static String mediaType(Manifest manifest, byte[] content, Optional<String> given) {
    Optional<String> own = manifest.mediaType();
    if (given.isPresent() && own.isPresent() && !given.equals(own)) {
      throw invalid(
          "it says that it is of type '%s', and the request says '%s'"
              .formatted(own.get(), given.get()));
    }
    String mediaType =
        given
            .or(() -> own)
            .or(() -> schema1(manifest, content))
            .orElseThrow(
                () -> invalid("it has no mediaType, and the request no imageManifestMediaType"));
    if (!MediaTypes.isManifestOrIndex(mediaType)) {
      throw invalid("manifests of type '" + mediaType + "' are not supported");
    }
    return mediaType;
  }

  /** Schema 1 has no {@code mediaType} field. */
  private static Optional<String> schema1(Manifest manifest, byte[] content) {
    if (manifest.schemaVersion() != 1) {
      return Optional.empty();
    }
    return Optional.of(
        SignedManifest.isSigned(content)
            ? MediaTypes.DOCKER_SCHEMA1_SIGNED
            : MediaTypes.DOCKER_SCHEMA1);
  }

  private static EcrError invalid(String why) {
    return EcrError.invalidParameter(
        "Invalid parameter at 'ImageManifest' failed to satisfy constraint:"
            + " 'Invalid JSON syntax or unsupported manifest': "
            + why);
  }
}
