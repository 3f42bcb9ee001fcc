package io.github.ecrcontainerd.containerd.internal.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNamesTest {
  private static final String ARN =
      "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/team/app:1.4";
  private static final String REPOSITORY = "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app";
  private static final Digest ROOT = Digest.sha256(new byte[0]);
  private static final Digest CONFIG = Digest.sha256(new byte[1]);

  @Test
  void keepsAnArnUnderTheArnAlone() {
    assertThat(names(ARN, PullOptions.defaults(), "default")).containsExactly(ARN);
  }

  @Test
  void keepsAUriUnderTheUriToo() {
    assertThat(names(REPOSITORY + ":1.4", PullOptions.defaults(), "default"))
        .containsExactlyInAnyOrder(ARN, REPOSITORY + ":1.4");
    assertThat(names("https://" + REPOSITORY + ":1.4", PullOptions.defaults(), "default"))
        .containsExactlyInAnyOrder(ARN, REPOSITORY + ":1.4");
  }

  @Test
  void namesAUriWithTagAndDigestByTheDigest() {
    assertThat(names(REPOSITORY + ":1.4@" + ROOT, PullOptions.defaults(), "default"))
        .containsExactlyInAnyOrder(ARN, REPOSITORY + "@" + ROOT);
  }

  @Test
  void addsTheDigestAndTheIdForKubernetes() {
    assertThat(names(REPOSITORY + ":1.4", PullOptions.defaults(), "k8s.io"))
        .containsExactlyInAnyOrder(
            ARN, REPOSITORY + ":1.4", REPOSITORY + "@" + ROOT, CONFIG.toString());
    assertThat(of(ARN, PullOptions.defaults(), "k8s.io").labels())
        .containsEntry("io.cri-containerd.image", "managed");
    assertThat(of(ARN, PullOptions.defaults(), "default").labels()).isEmpty();
  }

  @Test
  void addsTheDigestOfAFurtherNameThatIsAUri() {
    PullOptions options =
        PullOptions.builder().names(List.of(REPOSITORY + ":prod", "app:1")).build();

    assertThat(names(ARN, options, "k8s.io"))
        .containsExactlyInAnyOrder(
            ARN, REPOSITORY + ":prod", "app:1", REPOSITORY + "@" + ROOT, CONFIG.toString());
  }

  @Test
  void addsNoIdForAnArtifact() {
    assertThat(of(ARN, PullOptions.defaults(), "k8s.io").ofRecords(ROOT, Optional.empty()))
        .containsExactly(ARN);
  }

  @Test
  void addsNamesAndLeavesTheArnOut() {
    PullOptions options =
        PullOptions.builder().names(List.of("app:1", "app:latest")).canonicalName(false).build();

    assertThat(names(ARN, options, "default")).containsExactlyInAnyOrder("app:1", "app:latest");
    assertThat(of(ARN, options, "default").names().getFirst()).isEqualTo("app:1");
  }

  @Test
  void makesTheFirstNameLast() {
    assertThat(
            of(REPOSITORY + ":1.4", PullOptions.defaults(), "k8s.io")
                .ofRecords(ROOT, Optional.of(CONFIG))
                .getLast())
        .isEqualTo(ARN);
  }

  @Test
  void refusesToKeepAnImageUnderNoName() {
    PullOptions options = PullOptions.builder().canonicalName(false).build();

    assertThatThrownBy(() -> of(ARN, options, "default"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("would have no name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"app:1", "team/app:1", "ecr.aws/arn:aws:ecr:x", "host.example/", ""})
  void takesNothingElseForAUri(String reference) {
    assertThat(ImageUri.read(reference)).isEmpty();
  }

  @Test
  void aReferenceWithoutAnEndTakesNoStack() {
    assertThat(ImageUri.read("host.example" + "/a-b".repeat(500_000))).isEmpty();
    assertThat(ImageUri.read("host.example/" + "a.".repeat(500_000) + "a")).isEmpty();
  }

  private static List<String> names(String reference, PullOptions options, String namespace) {
    return of(reference, options, namespace).ofRecords(ROOT, Optional.of(CONFIG));
  }

  private static ImageNames of(String reference, PullOptions options, String namespace) {
    return ImageNames.of(reference, ARN, options, namespace);
  }
}
