package io.github.ecrcontainerd.resolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/:1           | repository name",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/App:1        | repository name",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/a/../b:1     | repository name",
        "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository//app:1       | repository name",
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
        .withMessageContaining("Write ecr.aws/arn:")
        .withMessageContaining("<account>.dkr.ecr.<region>.amazonaws.com/<name>");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "123456789012.dkr.ecr.us-west-2.amazonaws.com, aws, us-west-2, STANDARD",
    "123456789012.dkr.ecr-fips.us-west-2.amazonaws.com, aws, us-west-2, FIPS",
    "123456789012.dkr-ecr.us-west-2.on.aws, aws, us-west-2, DUAL_STACK",
    "123456789012.dkr-ecr-fips.us-west-2.on.aws, aws, us-west-2, FIPS_DUAL_STACK",
    "123456789012.dkr.ecr.xx-nowhere-9.amazonaws.com, aws, xx-nowhere-9, STANDARD",
    "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com, aws-us-gov, us-gov-west-1, STANDARD",
    "123456789012.dkr.ecr-fips.us-gov-east-1.amazonaws.com, aws-us-gov, us-gov-east-1, FIPS",
    "123456789012.dkr-ecr.us-gov-east-1.on.aws, aws-us-gov, us-gov-east-1, DUAL_STACK",
    "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn, aws-cn, cn-north-1, STANDARD",
    "123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn, aws-cn, cn-north-1, DUAL_STACK",
    "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu, aws-eusc, eusc-de-east-1, STANDARD",
    "123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov, aws-iso, us-iso-east-1, STANDARD",
    "123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov, aws-iso-b, us-isob-east-1, STANDARD",
    "123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk, aws-iso-e, eu-isoe-west-1, STANDARD",
    "123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov, aws-iso-f, us-isof-south-1, STANDARD",
    "123456789012.dkr.ecr-fips.us-isof-east-7.csp.hci.ic.gov, aws-iso-f, us-isof-east-7, FIPS",
  })
  void readsEveryRegistrysHostAndWritesItAgain(
      String host, String partition, String region, EcrReference.Endpoint endpoint) {
    for (String uri : List.of(host, "https://" + host, host.toUpperCase(Locale.ROOT))) {
      EcrReference reference = EcrReference.fromImageUri(uri + "/team/app:1.4@" + DIGEST);

      assertThat(reference.partition()).isEqualTo(partition);
      assertThat(reference.region()).isEqualTo(region);
      assertThat(reference.account()).isEqualTo("123456789012");
      assertThat(reference.endpoint()).isEqualTo(endpoint);
      assertThat(reference.registry()).isEqualTo(host);
      assertThat(reference)
          .hasToString(
              "ecr.aws/arn:%s:ecr:%s:123456789012:repository/team/app:1.4@%s"
                  .formatted(partition, region, DIGEST));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"app", "a/b/c:latest", "app@" + DIGEST, "app:v1@" + DIGEST})
  void readsTheSameImageFromBothForms(String image) {
    EcrReference canonical = EcrReference.of("ecr.aws/" + ARN + image);

    assertThat(EcrReference.of("123456789012.dkr.ecr.us-west-2.amazonaws.com/" + image))
        .isEqualTo(canonical);
    assertThat(canonical.registry()).isEqualTo("123456789012.dkr.ecr.us-west-2.amazonaws.com");
    assertThat(canonical.endpoint()).isEqualTo(EcrReference.Endpoint.STANDARD);
  }

  @Test
  void keepsTheKindOfEndpointWithADigest() {
    EcrReference reference =
        EcrReference.of("123456789012.dkr.ecr-fips.us-west-2.amazonaws.com/app:1")
            .withDigest(Digest.parse(DIGEST));
    assertThat(reference.endpoint()).isEqualTo(EcrReference.Endpoint.FIPS);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                                                | neither with ecr.aws/",
        "nginx:latest                                                      | neither with ecr.aws/",
        "https://123456789012.dkr.ecr.us-west-2.amazonaws.com              | neither with ecr.aws/",
        "docker.io/library/nginx:latest                                    | not the host of a",
        "public.ecr.aws/app:1                                              | ECR Public",
        "ecr-public.aws.com/app:1                                          | pull-through",
        "http://123456789012.dkr.ecr.us-west-2.amazonaws.com/app:1         | not the host of a",
        "12345.dkr.ecr.us-west-2.amazonaws.com/app:1                       | not the host of a",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com:443/app:1            | suffix",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com.evil.example/app:1   | suffix",
        "123456789012.dkr.ecr.us-west-2.example.com/app:1                  | suffix",
        "123456789012.dkr.ecr.us-gov-west-1.c2s.ic.gov/app:1               | suffix",
        "123456789012.dkr.ecr.west.amazonaws.com/app:1                     | region",
        "123456789012.dkr.ecr.us_west_2.amazonaws.com/app:1                | region",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com/                     | repository name",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com/App                  | repository name",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com/a/../b               | repository name",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com/app:                 | tag",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com/app@sha256:0         | digest",
        "arn:aws:ecr:us-west-2:123456789012:repository/app:1               | start with ecr.aws/",
      })
  void refusesAMalformedImageUriAndSaysWhatIsWrong(String text, String complaint) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EcrReference.of(text))
        .withMessageContaining(complaint)
        .withMessageContaining("Write ecr.aws/arn:")
        .withMessageContaining("<account>.dkr.ecr.<region>.amazonaws.com/<name>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://AWS:hunter2@123456789012.dkr.ecr.us-west-2.amazonaws.com/app:1",
        "https://s3.example/layer?X-Amz-Signature=hunter2",
      })
  void showsNoSecretOfAUrlThatIsNoReference(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EcrReference.of(text))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"))
        .withNoCause();
  }

  @ParameterizedTest
  @CsvSource({"aws-eusc, DUAL_STACK", "aws-iso, DUAL_STACK", "aws-moon, STANDARD"})
  void knowsNoHostOfAKindThatThePartitionDoesNotHave(
      String partition, EcrReference.Endpoint endpoint) {
    EcrReference reference =
        new EcrReference(
            partition,
            "re-gion-1",
            "123456789012",
            "app",
            Optional.empty(),
            Optional.empty(),
            endpoint);
    assertThatIllegalStateException()
        .isThrownBy(reference::registry)
        .withMessageContaining(partition);
  }

  @Test
  void refusesATagThatIsTooLong() {
    assertThat(EcrReference.parse("ecr.aws/" + ARN + "app:" + "x".repeat(128)).tag()).isPresent();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EcrReference.parse("ecr.aws/" + ARN + "app:" + "x".repeat(129)))
        .withMessageContaining("tag");
  }

  @Test
  void showsControlCharactersOfABadOneAsEscapes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EcrReference.parse("ecr.aws/\u001b[31mred\nline"))
        .satisfies(
            e -> assertThat(e.getMessage()).contains("\\u001b[31mred line").doesNotContain("\n"));
  }
}
