package io.github.ecrcontainerd.ecr.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.filter.FilteringParserDelegate;
import tools.jackson.core.filter.JsonPointerBasedFilter;
import tools.jackson.core.filter.TokenFilter;
import tools.jackson.core.json.JsonFactory;

/**
 * The properties of one JSON object, read without building a tree. An object with a duplicate
 * property is refused, because readers differ in which of the two they use.
 */
final class JsonProperties {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final byte[] content;
  private final Set<String> filled = new HashSet<>();
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  private JsonProperties(byte[] content) {
    this.content = content;
  }

  /**
   * Parses the whole content.
   *
   * @throws IllegalArgumentException if it is not a JSON object; the message continues a sentence
   */
  static JsonProperties of(byte[] content) {
    JsonProperties properties = new JsonProperties(content);
    try (JsonParser parser = parser(content)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("it is not a JSON object");
      }
      properties.read(parser);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("it is not JSON: something follows its end");
      }
      return properties;
    } catch (JacksonException e) {
      throw new IllegalArgumentException("it is not JSON", e);
    }
  }

  private static JsonParser parser(byte[] content) {
    return JSON.createParser(ObjectReadContext.empty(), content);
  }

  private void read(JsonParser parser) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      if (readValue(parser, name)) {
        filled.add(name);
      }
    }
  }

  /** Returns whether the value is neither null nor empty. */
  private boolean readValue(JsonParser parser, String name) {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.VALUE_STRING) {
      texts.put(name, parser.getString());
    } else if (token == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() == JsonParser.NumberType.INT) {
      numbers.put(name, parser.getIntValue());
    } else if (token.isStructStart()) {
      return skip(parser);
    }
    return token != JsonToken.VALUE_NULL;
  }

  /** Skips an object or array, and returns whether it was not empty. */
  private static boolean skip(JsonParser parser) {
    JsonToken first = parser.nextToken();
    int open = 1;
    for (JsonToken token = first; ; token = parser.nextToken()) {
      if (token == null) {
        return false;
      }
      if (token.isStructStart()) {
        open++;
      } else if (token.isStructEnd() && --open == 0) {
        return !first.isStructEnd();
      }
    }
  }

  /** The names of the properties that are neither null nor an empty object or array. */
  Set<String> filled() {
    return Set.copyOf(filled);
  }

  /** The value of a string property. */
  Optional<String> text(String name) {
    return Optional.ofNullable(texts.get(name));
  }

  /** The value of a property that is an integer in the range of {@code int}. */
  OptionalInt number(String name) {
    Integer number = numbers.get(name);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /**
   * A nested string.
   *
   * @param pointer its location, as RFC 6901 writes it: {@code /signatures/0/protected}
   */
  Optional<String> textAt(String pointer) {
    try (JsonParser found =
        new FilteringParserDelegate(
            parser(content),
            new JsonPointerBasedFilter(pointer),
            TokenFilter.Inclusion.ONLY_INCLUDE_ALL,
            false)) {
      return found.nextToken() == JsonToken.VALUE_STRING
          ? Optional.of(found.getString())
          : Optional.empty();
    }
  }
}
