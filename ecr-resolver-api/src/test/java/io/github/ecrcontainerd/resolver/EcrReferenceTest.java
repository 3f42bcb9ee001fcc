package io.github.ecrcontainerd.resolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcrReferenceTest {
  private static final String ARN = "arn:aws:ecr:us-west-2:123456789012:repository/";
  private static final String DIGEST =
      "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  @Test
  void readsEveryPart() {
    EcrReference reference =
        EcrReference.parse(
            "ecr.aws/arn:aws-cn:ecr:cn-north-1:123456789012:repository/team/my-app:1.4@" + DIGEST);

    assertThat(reference.partition()).isEqualTo("aws-cn");
    assertThat(reference.region()).isEqualTo("cn-north-1");
    assertThat(reference.account()).isEqualTo("123456789012");
    assertThat(reference.repository()).isEqualTo("team/my-app");
    assertThat(reference.tag()).contains("1.4");
    assertThat(reference.digest()).contains(Digest.parse(DIGEST));
    assertThat(reference.arn())
        .isEqualTo("arn:aws-cn:ecr:cn-north-1:123456789012:repository/team/my-app");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "app",
        "app:latest",
        "a/b/c.d_e-f:_x",
        "a__b/c--d:x",
        "app@" + DIGEST,
        "app:v1@" + DIGEST
      })
  void writesWhatItRead(String image) {
    String text = "ecr.aws/" + ARN + image;
    assertThat(EcrReference.parse(text)).hasToString(text);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                                                 | does not start with",
        "nginx:latest                                                       | does not start with",
        "ecr.aws/                                                           | not an ARN",
        "ecr.aws/app:latest                                                 | not an ARN",
        "ecr.aws/arn:aws:s3:us-west-2:123456789012:repository/app:1         | not of ecr",
        "ecr.aws/arn:gcp:ecr:us-west-2:123456789012:repository/app:1        | partition",
        "ecr.aws/arn:aws:ecr::123456789012:repository/app:1                 | region",
        "ecr.aws/arn:aws:ecr:us-west-2/../..:123456789012:repository/app:1  | region",
        "ecr.aws/arn:aws:ecr:us-west-2:12345:repository/app:1               | account",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:image/app:1             | repository/",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/:1           | repository's name",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/App:1        | repository's name",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/a/../b:1     | repository's name",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository//app:1       | repository's name",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:         | tag",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:.x       | tag",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:a b      | tag",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:a:b      | tag",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app@sha256:0 | digest",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app@         | digest",
      })
  void refusesAMalformedOneAndSaysWhatIsWrong(String text, String complaint) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EcrReference.parse(text))
        .withMessageContaining(complaint)
        .withMessageContaining("Write ecr.aws/arn:");
  }

  @Test
  void refusesATagThatIsTooLong() {
    assertThat(EcrReference.parse("ecr.aws/" + ARN + "app:" + "x".repeat(128)).tag()).isPresent();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EcrReference.parse("ecr.aws/" + ARN + "app:" + "x".repeat(129)))
        .withMessageContaining("tag");
  }

  @Test
  void showsControlCharactersOfABadOneAsQuestionMarks() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EcrReference.parse("ecr.aws/\u001b[31mred\nline"))
        .satisfies(e -> assertThat(e.getMessage()).contains("?[31mred?line").doesNotContain("\n"));
  }
}
