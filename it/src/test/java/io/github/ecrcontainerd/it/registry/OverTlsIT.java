package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.support.AwsCli;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.local.Counters;
import io.github.ecrcontainerd.local.LayerFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Everything over TLS, with an authority that only programs trust that are told to. */
@WithOneContainerd
@Timeout(100)
class OverTlsIT {
  private static final int MIB = 1 << 20;

  /** All first requests share one check; a request that is silent for longer may cause another. */
  private static final int CERTIFICATE_CHECKS = 2;

  private final Containerd daemon;
  private final LocalEcr ecr = LocalEcr.openOverTls();
  @TempDir Path directory;
  private Path authority = Path.of("");

  OverTlsIT(Containerd daemon) {
    this.daemon = daemon;
  }

  @BeforeEach
  void writeAuthority() throws IOException {
    authority = directory.resolve("authority.pem");
    Files.writeString(authority, ecr.server().certificateAuthority().orElseThrow());
  }

  @AfterEach
  void close() {
    ecr.close();
  }

  @Test
  void pullsRunsPushesAndCopies() throws Exception {
    LayerTar tar = new LayerTar().directory("bin", 0755);
    tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
    OciLayout layout = ecr.repository("source");
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            List.of(Layer.gzip(tar)),
            Map.of("Cmd", List.of("/bin/busybox", "echo", "over TLS")));
    layout.tag("1", image.manifest());
    String source = ecr.reference("source", "1");
    for (String repository : List.of("pushed", "copied")) {
      ecr.repository(repository);
    }

    assertSucceeds("pull", source);
    assertThat(command().run("run", source).out()).isEqualTo("over TLS\n");
    assertSucceeds("push", ecr.reference("pushed", "1"), source);
    assertSucceeds("copy", "--direct", source, ecr.reference("copied", "1"));

    assertThat(daemon.ctr("images", "check", "name==" + source)).contains("complete");
    for (String repository : List.of("pushed", "copied")) {
      assertThat(digestByTheAwsCli(repository)).isEqualTo(image.manifest().digest().toString());
    }
  }

  /**
   * Ranges reuse connections. Exceptions: a hedge, whose loser closes its connection, and a host
   * whose first answer takes long, whose certificate is checked over a separate connection.
   */
  @Test
  void aRangeCostsNoHandshake() throws Exception {
    OciLayout layout = ecr.repository("ranges");
    NoiseImage.tag(
        layout,
        "1",
        List.of(NoiseImage.layer(layout, 1, 24 * MIB), NoiseImage.layer(layout, 2, 24 * MIB)));
    int ranges = 2 * 16;

    assertSucceeds("pull", "--no-unpack", "--parallelism", "16", ecr.reference("ranges", "1"));

    Counters counters = ecr.server().counters();
    // One more is for the configuration.
    int again = counters.layerTransfers().size() - ranges - 1;
    assertThat(again).isBetween(0, ranges / 2);
    assertThat(counters.madeLayerConnections())
        .isLessThanOrEqualTo(counters.mostLayerConnections() + again + CERTIFICATE_CHECKS);
  }

  @Test
  void getsOverConnectionsThatBreak() throws Exception {
    OciLayout layout = ecr.repository("breaks");
    NoiseImage.tag(layout, "1", List.of(NoiseImage.layer(layout, 3, 24 * MIB)));
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                switch ((int) (request.number() % 4)) {
                  case 1 -> LayerFault.resetAfter(500_000);
                  case 3 -> LayerFault.closeAfter(700_000);
                  default -> LayerFault.none();
                });

    assertSucceeds("pull", "--no-unpack", ecr.reference("breaks", "1"));

    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("breaks", "1")))
        .contains("complete");
  }

  private void assertSucceeds(String... arguments) throws InterruptedException {
    Ended ended = command().run(arguments);
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  private EcrCommand command() {
    return EcrCommand.withCredentials()
        .with("CONTAINERD_ADDRESS", daemon.socket().toString())
        .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
        .with("SSL_CERT_FILE", authority.toString());
  }

  private String digestByTheAwsCli(String repository) {
    return AwsCli.withCredentials(Map.of("AWS_CA_BUNDLE", authority.toString()))
        .ecr(
            List.of("--endpoint-url", ecr.server().endpoint().toString()),
            "batch-get-image",
            "--repository-name",
            repository,
            "--image-ids",
            "imageTag=1",
            "--query",
            "images[0].imageId.imageDigest",
            "--output",
            "text")
        .strip();
  }
}
