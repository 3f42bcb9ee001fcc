package io.github.ecrcontainerd.containerd.internal.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNamesTest {
  private static final String ARN =
      "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/team/app:1.4";
  private static final String REPOSITORY = "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app";
  private static final Digest ROOT = Digest.sha256(new byte[0]);

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
  void addsTheDigestForKubernetes() {
    assertThat(names(REPOSITORY + ":1.4", PullOptions.defaults(), "k8s.io"))
        .containsExactlyInAnyOrder(ARN, REPOSITORY + ":1.4", REPOSITORY + "@" + ROOT);
    assertThat(of(ARN, PullOptions.defaults(), "k8s.io").labels())
        .containsEntry("io.cri-containerd.image", "managed");
    assertThat(of(ARN, PullOptions.defaults(), "default").labels()).isEmpty();
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
    assertThat(of(REPOSITORY + ":1.4", PullOptions.defaults(), "k8s.io").firstLast(ROOT).getLast())
        .isEqualTo(ARN);
  }

  @Test
  void refusesToKeepAnImageUnderNoName() {
    PullOptions options = PullOptions.builder().canonicalName(false).build();

    assertThatThrownBy(() -> of(ARN, options, "default"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("under no name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"app:1", "team/app:1", "ecr.aws/arn:aws:ecr:x", "host.example/", ""})
  void takesNothingElseForAUri(String reference) {
    assertThat(ImageUri.read(reference)).isEmpty();
  }

  private static List<String> names(String reference, PullOptions options, String namespace) {
    return of(reference, options, namespace).firstLast(ROOT);
  }

  private static ImageNames of(String reference, PullOptions options, String namespace) {
    return ImageNames.of(reference, ARN, options, namespace);
  }
}
