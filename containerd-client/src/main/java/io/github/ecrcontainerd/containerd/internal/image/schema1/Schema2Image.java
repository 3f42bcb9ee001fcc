package io.github.ecrcontainerd.containerd.internal.image.schema1;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The schema 2 manifest and configuration of a converted schema 1 image. The conversion is
 * deterministic: it yields the same bytes on every machine.
 *
 * @param manifest its descriptor, with embedded data
 * @param config the configuration's descriptor, with embedded data
 */
public record Schema2Image(Descriptor manifest, Descriptor config) {
  /** The tar archive without files. */
  private static final Digest EMPTY_DIFF =
      Digest.parse("sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");

  /** Fields of the last step that describe the step and its image ID, not the process. */
  private static final List<String> OF_THE_STEP =
      List.of("id", "parent", "parent_id", "layer_id", "Size", "throwaway");

  /**
   * A layer of the image.
   *
   * @param blob its descriptor, with the media type that matches its bytes
   * @param diffId the digest of its tar archive
   */
  public record Layer(Descriptor blob, Digest diffId) {}

  /**
   * Converts an image.
   *
   * @param layers the layer of each of its {@link Schema1Manifest#blobs()}
   */
  public static Schema2Image of(Schema1Manifest image, Map<Digest, Layer> layers) {
    ObjectNode config = image.steps().getLast().compatibility().deepCopy();
    config.remove(OF_THE_STEP);
    config.put("architecture", image.platform().architecture());
    config.put("os", image.platform().os());
    ArrayNode history = config.putArray("history");
    List<Layer> kept = new ArrayList<>();
    for (Schema1Manifest.Step step : image.steps()) {
      Layer layer = layers.get(step.blob());
      boolean empty =
          layer == null
              || step.empty().orElse(false)
              || (step.empty().isEmpty() && layer.diffId().equals(EMPTY_DIFF));
      history.add(history(step.compatibility(), empty));
      if (!empty) {
        kept.add(layer);
      }
    }
    ObjectNode rootfs = config.putObject("rootfs");
    rootfs.put("type", "layers");
    ArrayNode diffIds = rootfs.putArray("diff_ids");
    kept.forEach(layer -> diffIds.add(layer.diffId().toString()));
    Descriptor configuration = descriptor(MediaTypes.DOCKER_CONFIG, config);
    return new Schema2Image(manifest(configuration, kept), configuration);
  }

  private static ObjectNode history(ObjectNode step, boolean empty) {
    ObjectNode entry = Json.MAPPER.createObjectNode();
    copy(step, "created", entry);
    String command =
        StreamSupport.stream(step.path("container_config").path("Cmd").spliterator(), false)
            .filter(JsonNode::isString)
            .map(JsonNode::stringValue)
            .collect(Collectors.joining(" "));
    if (!command.isEmpty()) {
      entry.put("created_by", command);
    }
    copy(step, "author", entry);
    copy(step, "comment", entry);
    if (empty) {
      entry.put("empty_layer", true);
    }
    return entry;
  }

  private static void copy(ObjectNode from, String field, ObjectNode to) {
    String text = from.path(field).asString("");
    if (!text.isEmpty()) {
      to.put(field, text);
    }
  }

  private static Descriptor manifest(Descriptor config, List<Layer> layers) {
    ObjectNode manifest = Json.MAPPER.createObjectNode();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", MediaTypes.DOCKER_MANIFEST);
    manifest.set("config", fields(config));
    ArrayNode array = manifest.putArray("layers");
    layers.forEach(layer -> array.add(fields(layer.blob())));
    return descriptor(MediaTypes.DOCKER_MANIFEST, manifest);
  }

  private static ObjectNode fields(Descriptor descriptor) {
    ObjectNode fields = Json.MAPPER.createObjectNode();
    fields.put("mediaType", descriptor.mediaType());
    fields.put("size", descriptor.size());
    fields.put("digest", descriptor.digest().toString());
    return fields;
  }

  private static Descriptor descriptor(String mediaType, ObjectNode document) {
    byte[] content = Json.MAPPER.writeValueAsBytes(document);
    return Descriptor.of(mediaType, content).withData(content);
  }
}
