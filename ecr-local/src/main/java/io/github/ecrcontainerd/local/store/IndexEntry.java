package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes the descriptors of {@code index.json}. */
final class IndexEntry {
  private static final String ANNOTATIONS = "annotations";

  /**
   * The annotation that holds a tag in a layout (OCI image specification, "Pre-Defined Annotation
   * Keys").
   */
  private static final String REF_NAME = "org.opencontainers.image.ref.name";

  private IndexEntry() {}

  static ObjectNode of(String mediaType, Digest digest, long size) {
    return Json.MAPPER
        .createObjectNode()
        .put("mediaType", mediaType)
        .put("digest", digest.toString())
        .put("size", size);
  }

  static Optional<Digest> digest(JsonNode entry) {
    try {
      return Optional.of(Digest.parse(entry.path("digest").asString("")));
    } catch (IllegalArgumentException e) {
      // A mistake of another program. The entry can't be requested, because no digest matches it.
      return Optional.empty();
    }
  }

  static String mediaType(JsonNode entry) {
    return entry.path("mediaType").asString("");
  }

  /** The tag. Other programs also write full names there, which are not tags. */
  static Optional<String> tag(JsonNode entry) {
    return Optional.of(entry.path(ANNOTATIONS).path(REF_NAME).asString("")).filter(Tag::isTag);
  }

  static void setTag(ObjectNode entry, String tag) {
    entry.withObject("/" + ANNOTATIONS).put(REF_NAME, tag);
  }

  static void removeTag(ObjectNode entry) {
    if (entry.get(ANNOTATIONS) instanceof ObjectNode annotations) {
      annotations.remove(REF_NAME);
      if (annotations.isEmpty()) {
        entry.remove(ANNOTATIONS);
      }
    }
  }
}
