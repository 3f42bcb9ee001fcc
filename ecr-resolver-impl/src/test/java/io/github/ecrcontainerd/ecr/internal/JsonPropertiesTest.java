package io.github.ecrcontainerd.ecr.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPropertiesTest {

  private static JsonProperties read(String text) {
    return JsonProperties.of(text.getBytes(UTF_8));
  }

  @Test
  void knowsWhatIsFilled() {
    assertThat(
            read("""
                    {"a": null, "b": [], "c": {}, "d": "", "e": 0, "f": false,
                     "g": [[]], "h": {"i": null}, "j": [1, [2], {"k": [3]}], "l": "m"}
                    """)
                .filled())
        .containsExactlyInAnyOrder("d", "e", "f", "g", "h", "j", "l");
  }

  @Test
  void hasTextsAndNumbersOfItsOwnPropertiesAlone() {
    JsonProperties properties =
        read("{\"a\": {\"b\": \"deep\", \"n\": 1}, \"c\": \"top\", \"m\": 7, \"f\": 1.5}");

    assertThat(properties.text("c")).contains("top");
    assertThat(properties.text("b")).isEmpty();
    assertThat(properties.text("m")).isEmpty();
    assertThat(properties.number("m")).hasValue(7);
    assertThat(properties.number("n")).isEmpty();
    assertThat(properties.number("f")).isEmpty();
  }

  @Test
  void hasNoNumberBeyondTheLargestInt() {
    assertThat(read("{\"n\": 2147483648}").number("n")).isEmpty();
    assertThat(read("{\"n\": 123456789012345678901234567890}").number("n")).isEmpty();
  }

  @Test
  void findsATextDeeperInIt() {
    JsonProperties properties =
        read(
            "{\"x\": [{\"protected\": \"no\"}], \"signatures\": [{\"p\": 1, \"protected\": \"yes\"}]}");

    assertThat(properties.textAt("/signatures/0/protected")).contains("yes");
    assertThat(properties.textAt("/signatures/1/protected")).isEmpty();
    assertThat(properties.textAt("/signatures/0/p")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"a\"",
        "{\"a\": [1",
        "{\"a\": 1}}",
        "{} {}",
        "{'a': 1}",
        "{\"a\": 01}",
        "{\"a\": 1, \"a\": null}",
        "{\"a\": {\"b\": 1, \"b\": 2}}"
      })
  void refusesWhatIsNoJson(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("it is not (JSON|a JSON object).*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "1", "\"a\""})
  void refusesWhatIsNoObject(String text) {
    assertThatThrownBy(() -> read(text)).hasMessage("it is not a JSON object");
  }
}
