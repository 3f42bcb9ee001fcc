package io.github.ecrcontainerd.it.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.support.EcrCommand;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form of a reference, from the command line to the name in containerd. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
class ReferencesIT {
  private final Containerd daemon;
  private final LocalEcr ecr;

  ReferencesIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "123456789012.dkr.ecr.us-west-2.amazonaws.com/",
        "https://123456789012.dkr.ecr-fips.us-west-2.amazonaws.com/",
        "123456789012.dkr-ecr.us-west-2.on.aws/",
      })
  void keepsWhatItPullsByARegistrysHostUnderTheCanonicalName(String registry) throws Exception {
    String repository = "team/r" + Integer.toHexString(registry.hashCode());
    OciLayout layout = ecr.repository(repository);
    Layer layer =
        Layer.of(
            Layer.Compression.GZIP, new LayerTar().file("a", 0644, repository.getBytes(UTF_8)));
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer));
    layout.tag("1.4", image.manifest());
    String byDigest = repository + ":1.4@" + image.manifest().digest();

    // The SDK's own setting of the endpoint counts for every kind of host.
    EcrCommand.Ended ended =
        EcrCommand.withCredentials()
            .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
            .run("pull", "--address", daemon.socket().toString(), registry + byDigest);

    assertThat(ended.status()).as(ended.err()).isZero();
    String name = "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/" + byDigest;
    assertThat(ended.out()).startsWith(name + " ");
    assertThat(daemon.ctr("images", "ls", "-q").lines()).contains(name);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "docker.io/library/app:1, not the host of a private registry",
    "public.ecr.aws/app:1, pull-through cache",
  })
  void saysWhatIsWrongWithAHostThatIsNone(String image, String words) throws Exception {
    EcrCommand.Ended ended =
        EcrCommand.withCredentials().run("pull", "--address", daemon.socket().toString(), image);
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err()).contains(words, "ecr.aws/arn:", ".dkr.ecr.");
  }
}
