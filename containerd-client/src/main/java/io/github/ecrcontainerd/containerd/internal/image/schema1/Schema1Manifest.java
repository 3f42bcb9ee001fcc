package io.github.ecrcontainerd.containerd.internal.image.schema1;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A schema 1 manifest with a verified digest, and verified signatures if it has any.
 *
 * @param steps the build steps of the image, the first step first; the manifest has the reverse
 *     order
 * @param platform the platform that it was built for
 */
public record Schema1Manifest(List<Step> steps, Platform platform) {
  /** The gzip archive without files, which Docker used for steps without a layer. */
  private static final Digest EMPTY_LAYER =
      Digest.parse("sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4");

  /**
   * One build step of the image.
   *
   * @param blob the layer that it created
   * @param compatibility its metadata in Docker's first image format
   * @param empty whether it created no layer; empty if the image doesn't state it
   */
  record Step(Digest blob, ObjectNode compatibility, Optional<Boolean> empty) {}

  public Schema1Manifest {
    steps = List.copyOf(steps);
  }

  /**
   * Parses and verifies a manifest. Everything in the result is covered by the digest and the
   * signatures.
   *
   * @throws ImageException if it is malformed, or doesn't match the digest
   */
  public static Schema1Manifest parse(Descriptor named, byte[] content) {
    try {
      byte[] payload =
          named.mediaType().equals(MediaTypes.DOCKER_SCHEMA1_SIGNED)
              ? SignedPayload.of(content)
              : content;
      Digest came = digest(named, payload);
      if (!came.equals(named.digest())) {
        throw new Schema1Exception("the received bytes have the digest " + came);
      }
      return read(named, Json.read(payload));
    } catch (Schema1Exception e) {
      throw new ImageException(
          ImageException.Code.MALFORMED,
          null,
          named.digest(),
          "The schema 1 manifest %s is not valid: %s".formatted(named.digest(), e.getMessage()),
          e);
    }
  }

  private static Digest digest(Descriptor named, byte[] payload) {
    return Digest.of(named.digest().algorithm(), payload);
  }

  private static Schema1Manifest read(Descriptor named, ObjectNode manifest) {
    if (manifest.path("schemaVersion").asInt(0) != 1) {
      throw new Schema1Exception("its schemaVersion is not 1");
    }
    for (String foreign : List.of("config", "layers", "manifests")) {
      if (manifest.hasNonNull(foreign)) {
        throw new Schema1Exception(
            "it has %s, which no %s has".formatted(foreign, named.mediaType()));
      }
    }
    JsonNode layers = manifest.path("fsLayers");
    JsonNode history = manifest.path("history");
    if (!layers.isArray() || layers.isEmpty() || layers.size() != history.size()) {
      throw new Schema1Exception(
          "it has %d layers and a history of %d steps".formatted(layers.size(), history.size()));
    }
    List<Step> steps = new ArrayList<>();
    for (int i = layers.size() - 1; i >= 0; i--) {
      steps.add(
          step(
              layers.path(i).path("blobSum").asString(""),
              history.path(i).path("v1Compatibility").asString("")));
    }
    ObjectNode last = steps.getLast().compatibility();
    return new Schema1Manifest(
        steps,
        new Platform(
            last.path("os").asString("linux"),
            last.path("architecture").asString(manifest.path("architecture").asString("")),
            last.path("variant").asString(""),
            ""));
  }

  private static Step step(String blobSum, String compatibility) {
    try {
      ObjectNode step = Json.read(compatibility);
      Digest blob = Digest.parse(blobSum);
      return new Step(blob, step, emptiness(blob, step));
    } catch (IllegalArgumentException e) {
      throw new Schema1Exception("a blobSum of its fsLayers is malformed: " + e.getMessage(), e);
    }
  }

  /** Same rules as containerd's isEmptyLayer, plus Docker's well-known empty layer. */
  private static Optional<Boolean> emptiness(Digest blob, ObjectNode step) {
    if (step.path("throwaway").isBoolean()) {
      return Optional.of(step.path("throwaway").booleanValue());
    }
    if (step.path("Size").isIntegralNumber()) {
      return Optional.of(step.path("Size").bigIntegerValue().signum() == 0);
    }
    return blob.equals(EMPTY_LAYER) ? Optional.of(true) : Optional.empty();
  }

  /** Returns the layers to fetch, each once, the lowest first. */
  public List<Digest> blobs() {
    return steps.stream()
        .filter(step -> !step.empty().orElse(false))
        .map(Step::blob)
        .distinct()
        .toList();
  }
}
