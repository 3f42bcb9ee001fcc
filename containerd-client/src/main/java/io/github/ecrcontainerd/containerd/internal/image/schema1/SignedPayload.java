package io.github.ecrcontainerd.containerd.internal.image.schema1;

import io.github.ecrcontainerd.resolver.Digest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The payload of a signed manifest: a JSON Web Signature in the form that Docker calls "pretty"
 * ({@code prettyjws}). The payload is the manifest without its signatures: its first {@code
 * formatLength} bytes, followed by {@code formatTail}. The payload's digest is the manifest's
 * digest.
 *
 * <p>A signature includes its own key. So it proves that the payload is unchanged, but not who
 * signed it.
 */
final class SignedPayload {
  /** Each is verified over the whole manifest. Docker writes one. */
  private static final int MAX_SIGNATURES = 16;

  private SignedPayload() {}

  /**
   * Verifies the signatures and returns the payload.
   *
   * @throws Schema1Exception if the signatures are malformed, wrong, or cover different contents
   */
  static byte[] of(byte[] content) {
    JsonNode signatures = Json.read(content).path("signatures");
    if (!signatures.isArray() || signatures.isEmpty()) {
      throw new Schema1Exception("it has no signatures");
    }
    if (signatures.size() > MAX_SIGNATURES) {
      throw new Schema1Exception("it has more than %d signatures".formatted(MAX_SIGNATURES));
    }
    byte[] payload = covered(content, signatures.path(0));
    for (JsonNode signature : signatures) {
      if (!Arrays.equals(payload, covered(content, signature))) {
        throw new Schema1Exception("its signatures cover different contents");
      }
      verify(signature, payload);
    }
    return payload;
  }

  private static byte[] covered(byte[] content, JsonNode signature) {
    JsonNode header = Json.read(decode(signature, "protected"));
    int length = header.path("formatLength").asInt(-1);
    byte[] tail = decode(header, "formatTail");
    if (length < 0 || length > content.length) {
      throw new Schema1Exception("its signature does not say what it covers");
    }
    byte[] covered = Arrays.copyOf(content, length + tail.length);
    System.arraycopy(tail, 0, covered, length, tail.length);
    return covered;
  }

  /**
   * RFC 7515, section 5.2: the signed text is the header and the payload, in base64url, joined with
   * a dot.
   */
  private static void verify(JsonNode signature, byte[] payload) {
    JsonNode header = signature.path("header");
    String signed =
        signature.path("protected").asString("")
            + "."
            + Base64.getUrlEncoder().withoutPadding().encodeToString(payload);
    boolean right;
    try {
      Signature verifier = WebKey.verifier(header.path("alg").asString(""), header.path("jwk"));
      verifier.update(signed.getBytes(StandardCharsets.US_ASCII));
      right = verifier.verify(decode(signature, "signature"));
    } catch (GeneralSecurityException e) {
      throw new Schema1Exception("its signature can't be verified: " + e.getMessage(), e);
    }
    if (!right) {
      throw new Schema1Exception(
          "its signature is wrong: it does not match the payload %s"
              .formatted(Digest.sha256(payload)));
    }
  }

  private static byte[] decode(JsonNode object, String field) {
    try {
      return Base64.getUrlDecoder().decode(object.path(field).asString(""));
    } catch (IllegalArgumentException | JacksonException e) {
      throw new Schema1Exception("its signature's " + field + " is malformed", e);
    }
  }
}
