package io.github.ecrcontainerd.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0/0 B",
    "12, 1023, 12/1023 B",
    "512, 1024, 0.5/1.0 KiB",
    "12897485, 67318579, 12.3/64.2 MiB",
    "1, 5497558138880, 0.0/5120.0 GiB"
  })
  void areAPartAndAWholeInTheUnitOfTheWhole(long part, long whole, String words) {
    assertThat(Words.of(part, whole)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0:00",
    "0.1, 0:01",
    "59.5, 1:00",
    "60, 1:00",
    "3599, 59:59",
    "3723, 1:02:03",
    "1e9, >99 h"
  })
  void areATimeThatIsLeft(double seconds, String words) {
    assertThat(Words.time(seconds)).isEqualTo(words);
  }
}
