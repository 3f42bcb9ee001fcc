package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The parts of a manifest or an index that a registry uses.
 *
 * @param mediaType its own media type field
 * @param schemaVersion 1 or 2
 * @param config its configuration, if it has one
 * @param layers its layers, in order; those of a schema 1 manifest have no size and no type
 * @param children the manifests of an index
 * @param subject the manifest that an artifact refers to
 * @param artifactType its artifact type
 * @param annotations free text by key
 */
public record Manifest(
    Optional<String> mediaType,
    int schemaVersion,
    Optional<Link> config,
    List<Link> layers,
    List<Link> children,
    Optional<Digest> subject,
    Optional<String> artifactType,
    Map<String, String> annotations) {

  /**
   * The longest manifest that ECR accepts, in characters (ImageManifest in the model of its API).
   */
  public static final int LONGEST = 4_194_304;

  /**
   * A descriptor in a manifest.
   *
   * @param elsewhere whether it is a foreign layer, whose bytes need not be in the repository
   */
  public record Link(Optional<String> mediaType, Digest digest, long size, boolean elsewhere) {}

  /**
   * Parses a manifest.
   *
   * @throws IllegalArgumentException if it is not JSON, or doesn't have a manifest's form; the
   *     message says why
   */
  public static Manifest parse(byte[] content) {
    JsonNode root;
    try {
      root = Json.MAPPER.readTree(content);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("it is not JSON", e);
    }
    if (root == null || !root.isObject()) {
      throw new IllegalArgumentException("it is not a JSON object");
    }
    int schemaVersion = root.path("schemaVersion").asInt(0);
    JsonNode config = root.path("config");
    JsonNode subject = root.path("subject");
    return new Manifest(
        text(root, "mediaType"),
        schemaVersion,
        config.isObject() ? Optional.of(link(config)) : Optional.empty(),
        schemaVersion == 1 ? schema1Layers(root) : links(root, "layers"),
        links(root, "manifests"),
        subject.isObject() ? Optional.of(link(subject).digest()) : Optional.empty(),
        text(root, "artifactType"),
        annotations(root));
  }

  private static List<Link> links(JsonNode root, String field) {
    List<Link> links = new ArrayList<>();
    for (JsonNode each : root.path(field)) {
      links.add(link(each));
    }
    return List.copyOf(links);
  }

  private static List<Link> schema1Layers(JsonNode root) {
    List<Link> links = new ArrayList<>();
    for (JsonNode each : root.path("fsLayers")) {
      links.add(new Link(Optional.empty(), digest(each, "blobSum"), 0, false));
    }
    return List.copyOf(links);
  }

  private static Link link(JsonNode descriptor) {
    Optional<String> mediaType = text(descriptor, "mediaType");
    return new Link(
        mediaType,
        digest(descriptor, "digest"),
        descriptor.path("size").asLong(0),
        descriptor.path("urls").size() > 0 || mediaType.filter(Manifest::isForeign).isPresent());
  }

  private static boolean isForeign(String mediaType) {
    return mediaType.startsWith(MediaTypes.DOCKER_FOREIGN_LAYER)
        || mediaType.startsWith(MediaTypes.OCI_NONDISTRIBUTABLE_LAYER);
  }

  private static Digest digest(JsonNode node, String field) {
    return Digest.parse(
        text(node, field)
            .orElseThrow(() -> new IllegalArgumentException("a " + field + " is missing")));
  }

  private static Optional<String> text(JsonNode node, String field) {
    @Nullable String text = node.path(field).asStringOpt().orElse(null);
    return Optional.ofNullable(text).filter(t -> !t.isEmpty());
  }

  private static Map<String, String> annotations(JsonNode root) {
    Map<String, String> annotations = new HashMap<>();
    root.path("annotations").properties().stream()
        .filter(each -> each.getValue().isString())
        .forEach(each -> annotations.put(each.getKey(), each.getValue().stringValue()));
    return Map.copyOf(annotations);
  }

  /** The total size of all layers, in bytes. */
  public long layerBytes() {
    return layers.stream().mapToLong(Link::size).sum();
  }
}
