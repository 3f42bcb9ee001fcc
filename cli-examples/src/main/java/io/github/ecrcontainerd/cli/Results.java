package io.github.ecrcontainerd.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What a command prints on standard output: text for people, or one JSON object for programs. */
final class Results {
  private final Options options;
  private final Supplier<Optional<Boolean>> json;

  Results(Options options) {
    this.options = options;
    json =
        options.value(
            "--output", "FORM", Results::isJson, "the form of the result: text (default) or json");
  }

  private static boolean isJson(String form) {
    return switch (form) {
      case "json" -> true;
      case "text" -> false;
      default -> throw new IllegalArgumentException("it is text or json, not " + form);
    };
  }

  boolean areJson() {
    return json.get().orElse(false);
  }

  void print(Object object) {
    options
        .out()
        .println(
            JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(object));
  }

  /** An object that keeps its properties in the order of insertion. */
  static Map<String, Object> object(String key, Object value) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(key, value);
    return object;
  }
}
