package io.github.ecrcontainerd.containerd.internal.image.schema1;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.fuzz.Fuzz;
import io.github.ecrcontainerd.fuzz.HostileJson;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A signed schema 1 manifest, in the form that Docker's libtrust writes, with changes. Schema1IT
 * has manifests that other programs signed.
 */
class HostileSignaturesTest {
  private static final String PAYLOAD =
      """
      {
         "schemaVersion": 1,
         "name": "app",
         "architecture": "amd64",
         "fsLayers": [{"blobSum": "%s"}],
         "history": [{"v1Compatibility": "{\\"os\\":\\"linux\\"}"}]
      }"""
          .formatted(Digest.sha256(new byte[0]));

  private static final Descriptor NAMED =
      new Descriptor(
          MediaTypes.DOCKER_SCHEMA1_SIGNED,
          Digest.sha256(PAYLOAD.getBytes(UTF_8)),
          PAYLOAD.length(),
          Optional.empty(),
          List.of(),
          java.util.Map.of(),
          Optional.empty());

  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

  @Test
  void onlyTheSignedTextIsReadFromAChangedManifest() throws Exception {
    String signed = signed();
    Schema1Manifest right = Schema1Manifest.parse(NAMED, signed.getBytes(UTF_8));
    Fuzz.refusedBy(ImageException.class)
        .check(
            HostileJson.of(
                List.of(
                    "\"formatLength\"",
                    "\"signatures\": [],",
                    "RS256",
                    "none",
                    "P-521",
                    "AAAA",
                    URL.encodeToString("{\"formatLength\":2147483647}".getBytes(UTF_8)),
                    "=".repeat(100),
                    "A".repeat(5000)),
                signed),
            input -> assertThat(Schema1Manifest.parse(NAMED, input)).isEqualTo(right));
  }

  /** The JDK throws a RuntimeException for such a point. */
  @Test
  void aKeyWhosePointIsOutsideOfItsCurvesFieldIsRefused() throws Exception {
    String large =
        signed().replaceFirst("\"x\": \"[^\"]*\"", "\"x\": \"" + "x".repeat(5000) + "\"");
    assertThatThrownBy(() -> Schema1Manifest.parse(NAMED, large.getBytes(UTF_8)))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("key is malformed");
  }

  private static String signed() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    int cut = PAYLOAD.lastIndexOf("\n");
    String header =
        URL.encodeToString(
            "{\"formatLength\":%d,\"formatTail\":\"%s\",\"time\":\"2026-11-27T00:00:00Z\"}"
                .formatted(cut, URL.encodeToString(PAYLOAD.substring(cut).getBytes(UTF_8)))
                .getBytes(UTF_8));
    Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
    signer.initSign(pair.getPrivate());
    signer.update((header + "." + URL.encodeToString(PAYLOAD.getBytes(UTF_8))).getBytes(US_ASCII));
    ECPublicKey key = (ECPublicKey) pair.getPublic();
    return PAYLOAD.substring(0, cut)
        + """
        ,
           "signatures": [
              {
                 "header": {
                    "jwk": {"crv": "P-256", "kty": "EC", "x": "%s", "y": "%s"},
                    "alg": "ES256"
                 },
                 "signature": "%s",
                 "protected": "%s"
              }
           ]
        }"""
            .formatted(
                number(key.getW().getAffineX()),
                number(key.getW().getAffineY()),
                URL.encodeToString(signer.sign()),
                header);
  }

  private static String number(BigInteger value) {
    return URL.encodeToString(value.toByteArray());
  }
}
