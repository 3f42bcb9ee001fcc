package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.Map;

/** A descriptor as an object of JSON. */
final class DescriptorObject {
  private DescriptorObject() {}

  static Map<String, Object> of(Descriptor content) {
    Map<String, Object> object = Results.object("mediaType", content.mediaType());
    object.put("digest", content.digest().toString());
    object.put("size", content.size());
    content.platform().ifPresent(platform -> object.put("platform", platform.toString()));
    if (!content.annotations().isEmpty()) {
      object.put("annotations", content.annotations());
    }
    return object;
  }
}
