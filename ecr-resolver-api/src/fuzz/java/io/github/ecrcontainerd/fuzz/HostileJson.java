package io.github.ecrcontainerd.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** JSON that no honest peer writes. */
public final class HostileJson {
  /** What may stand in the place of a value. */
  public static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "1e999",
          "99999999999999999999999999",
          "[]",
          "{}",
          "\"\"",
          "\"\\u001b]2;x\\u0007\\u009b\\u202e\"",
          "[".repeat(2000),
          "{\"a\":".repeat(2000),
          "[".repeat(2000) + "]".repeat(2000),
          "9".repeat(2000),
          "\"" + "x".repeat(5000) + "\"");

  private static final Pattern VALUE = Pattern.compile("\"[^\"\\\\]*\"|[0-9]+|null|true|false");

  private HostileJson() {}

  /**
   * Documents with another value in the place of one, or with changes of bytes. Many of the first
   * kind are JSON of another shape.
   *
   * @param words further words for the changes
   */
  public static Arbitrary<byte[]> of(List<String> words, String... seeds) {
    return Arbitraries.oneOf(reshaped(List.of(), seeds), Fuzz.changed(Fuzz.bytes(seeds), words));
  }

  /**
   * Documents with another value in the place of one.
   *
   * @param more further values, as JSON
   */
  public static Arbitrary<byte[]> reshaped(List<String> more, String... seeds) {
    List<String> values = Stream.concat(VALUES.stream(), more.stream()).toList();
    return Arbitraries.of(seeds)
        .flatMap(
            seed ->
                Arbitraries.of(VALUE.matcher(seed).results().toList())
                    .flatMap(
                        value ->
                            Arbitraries.of(values)
                                .map(
                                    word ->
                                        (seed.substring(0, value.start())
                                                + word
                                                + seed.substring(value.end()))
                                            .getBytes(UTF_8))));
  }
}
