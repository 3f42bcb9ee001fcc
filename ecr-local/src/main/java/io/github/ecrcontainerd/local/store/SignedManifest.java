package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Docker's signed schema 1 manifests ({@code application/vnd.docker.distribution.manifest.v1
 * +prettyjws}). Their digest is that of the signed payload, without the signatures.
 */
public final class SignedManifest {
  private SignedManifest() {}

  /**
   * The digest of the first {@code formatLength} bytes, followed by the {@code formatTail}, as the
   * protected header of each signature states them.
   *
   * @throws IllegalArgumentException if there is no such signature
   */
  public static Digest digest(byte[] content) {
    try {
      JsonNode signature = Json.MAPPER.readTree(content).path("signatures").path(0);
      JsonNode header =
          Json.MAPPER.readTree(
              Base64.getUrlDecoder().decode(signature.path("protected").asString("")));
      int length = header.path("formatLength").asInt(-1);
      byte[] tail = Base64.getUrlDecoder().decode(header.path("formatTail").asString(""));
      if (length < 0 || length > content.length) {
        throw new IllegalArgumentException("its signature does not say what it covers");
      }
      byte[] payload = Arrays.copyOf(content, length + tail.length);
      System.arraycopy(tail, 0, payload, length, tail.length);
      return Digest.sha256(payload);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("its signature can't be read", e);
    }
  }

  /** Whether the manifest has signatures. */
  public static boolean isSigned(byte[] content) {
    return new String(content, StandardCharsets.UTF_8).contains("\"signatures\"");
  }
}
