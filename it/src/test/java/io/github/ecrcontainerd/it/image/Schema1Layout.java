package io.github.ecrcontainerd.it.image;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * Images of Docker's schema 1 in an image layout: a format from before 2016, which no current
 * program writes.
 */
public final class Schema1Layout {
  /** An empty gzip archive, as Docker wrote it for a step without a layer. */
  public static final byte[] EMPTY_LAYER =
      Base64.getDecoder().decode("H4sIAAAJbogA/2IYBaNgFIxYAAgAAP//Lq+17wAEAAA=");

  private static final JsonMapper JSON = new JsonMapper();

  private final OciLayout layout;

  /**
   * A build step of an image.
   *
   * @param layer the layer that it made; empty for a step that only changed the configuration
   * @param command the command that it ran
   */
  public record Step(Optional<Layer> layer, String command) {}

  public Schema1Layout(OciLayout layout) {
    this.layout = layout;
  }

  /**
   * Writes an image, unsigned.
   *
   * @param steps the first one first
   * @param config the configuration of the last step: Cmd, Env, ...
   */
  public Descriptor image(List<Step> steps, Map<String, ?> config) {
    return layout.blob(MediaTypes.DOCKER_SCHEMA1, bytes(manifest(steps, config)));
  }

  /** Writes an image with a signature by a new key. */
  public Descriptor signedImage(List<Step> steps, Map<String, ?> config) {
    byte[] payload = bytes(manifest(steps, config));
    byte[] content = sign(payload);
    // The manifest's digest is that of the signed payload; the file also holds the signature.
    Descriptor named =
        Descriptor.of(MediaTypes.DOCKER_SCHEMA1_SIGNED, Digest.sha256(payload), content.length);
    overwrite(named.digest(), content);
    return named;
  }

  /** Overwrites the file of a manifest. */
  public void overwrite(Digest digest, byte[] content) {
    try {
      Files.write(layout.file(digest), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Object> manifest(List<Step> steps, Map<String, ?> config) {
    List<Map<String, String>> layers = new ArrayList<>();
    List<Map<String, String>> history = new ArrayList<>();
    for (int i = steps.size() - 1; i >= 0; i--) {
      byte[] blob = steps.get(i).layer().map(Layer::bytes).orElse(EMPTY_LAYER);
      layers.add(
          Map.of("blobSum", layout.blob(MediaTypes.DOCKER_LAYER_GZIP, blob).digest().toString()));
      Map<String, Object> v1 = new LinkedHashMap<>();
      v1.put("id", "%064x".formatted(i + 1));
      if (i > 0) {
        v1.put("parent", "%064x".formatted(i));
      }
      v1.put("created", "2015-03-0%dT00:00:00Z".formatted(i + 1));
      v1.put("container_config", Map.of("Cmd", List.of("/bin/sh", "-c", steps.get(i).command())));
      if (i == steps.size() - 1) {
        v1.put("docker_version", "1.9.1");
        v1.put("config", config);
        v1.put("architecture", "amd64");
        v1.put("os", "linux");
      }
      if (steps.get(i).layer().isEmpty()) {
        v1.put("throwaway", true);
      }
      history.add(Map.of("v1Compatibility", JSON.writeValueAsString(v1)));
    }
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 1);
    manifest.put("name", "old/image");
    manifest.put("tag", "latest");
    manifest.put("architecture", "amd64");
    manifest.put("fsLayers", layers);
    manifest.put("history", history);
    return manifest;
  }

  private static byte[] bytes(Map<String, Object> manifest) {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest);
  }

  /** As Docker's libtrust did: the signatures go in before the last brace. */
  private static byte[] sign(byte[] payload) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair key = generator.generateKeyPair();
      ECPublicKey publicKey = (ECPublicKey) key.getPublic();
      int length = new String(payload, StandardCharsets.UTF_8).lastIndexOf('}');
      byte[] tail = Arrays.copyOfRange(payload, length, payload.length);
      String header =
          encode(
              JSON.writeValueAsBytes(
                  Map.of("formatLength", length, "formatTail", encode(tail), "time", "2015")));
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(key.getPrivate());
      signature.update((header + "." + encode(payload)).getBytes(StandardCharsets.US_ASCII));
      Map<String, Object> jwk =
          Map.of(
              "kty",
              "EC",
              "crv",
              "P-256",
              "x",
              encode(coordinate(publicKey.getW().getAffineX())),
              "y",
              encode(coordinate(publicKey.getW().getAffineY())));
      String signatures =
          JSON.writeValueAsString(
              List.of(
                  Map.of(
                      "header", Map.of("jwk", jwk, "alg", "ES256"),
                      "signature", encode(signature.sign()),
                      "protected", header)));
      return (new String(payload, 0, length, StandardCharsets.UTF_8)
              + ", \"signatures\": "
              + signatures
              + new String(tail, StandardCharsets.UTF_8))
          .getBytes(StandardCharsets.UTF_8);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] coordinate(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[32];
    int length = Math.min(bytes.length, 32);
    System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
    return fixed;
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
