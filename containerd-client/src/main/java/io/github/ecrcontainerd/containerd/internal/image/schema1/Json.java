package io.github.ecrcontainerd.containerd.internal.image.schema1;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Parses JSON objects. Rejects duplicate keys, as in every other document. */
final class Json {
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  static ObjectNode read(byte[] content) {
    try {
      return object(MAPPER.readTree(content));
    } catch (JacksonException e) {
      throw new Schema1Exception("it is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  static ObjectNode read(String text) {
    try {
      return object(MAPPER.readTree(text));
    } catch (JacksonException e) {
      throw new Schema1Exception("its history is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static ObjectNode object(JsonNode node) {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new Schema1Exception("it is not a JSON object");
  }
}
