package io.github.ecrcontainerd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypoTest {
  private static final List<String> WORDS =
      List.of("pull", "push", "copy", "run", "rm", "--platform", "--progress", "--profile");

  @ParameterizedTest
  @CsvSource({
    "pul, pull",
    "plul, pull",
    "psuh, push",
    "copi, copy",
    "--platfrom, --platform",
    "--plattform, --platform",
    "--progres, --progress",
    "--profil, --profile"
  })
  void isTheWordWithAFewLettersWrong(String written, String meant) {
    assertThat(Typo.meant(written, WORDS)).contains(meant);
  }

  @Test
  void isNothingWhereNoWordIsLikeIt() {
    assertThat(Typo.meant("fetch", WORDS)).isEmpty();
    assertThat(Typo.meant("--colour", WORDS)).isEmpty();
    assertThat(Typo.meant("", WORDS)).isEmpty();
  }
}
