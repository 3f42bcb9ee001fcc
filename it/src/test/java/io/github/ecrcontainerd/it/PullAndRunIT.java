package io.github.ecrcontainerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.EcrCommand.Ended;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.resolver.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What was pulled runs, by the daemon's own tool and by ours, and with the Go programs' variables.
 */
@WithContainerd
@ExtendWith(PrivateEcr.class)
class PullAndRunIT {
  private final Containerd daemon;
  private final LocalEcr ecr;

  PullAndRunIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @Test
  void runsWithTheDaemonsOwnToolAndWithOurs() throws Exception {
    String reference = tagBusybox("runs");
    assertThat(command().run("pull", reference).status()).isZero();

    assertThat(daemon.ctr("run", "--rm", reference, "by-ctr")).isEqualTo("hello from the image\n");
    Ended ended = command().run("run", reference);
    assertThat(ended.out()).isEqualTo("hello from the image\n");
    assertThat(ended.status()).isZero();
    assertThat(command().run("run", reference, "-c", "exit 7").status()).isEqualTo(7);
  }

  /** The figure of a pull is what the registry has served, whatever else the pull does. */
  @Test
  void countsTheBytesThatTravelledAndNoOthers() throws Exception {
    String reference = tagBusybox("counts");
    String first = command().run("pull", "--no-unpack", reference).err();
    ecr.server().counters().reset();

    Ended again = command().run("pull", reference);

    assertThat(first).containsPattern("(?m)^  \\d+\\.\\d KiB in \\d+\\.\\d s$");
    assertThat(ecr.server().counters().layerBytes()).isZero();
    assertThat(again.status()).isZero();
    assertThat(again.err()).containsPattern("(?m)^  0 B in \\d+\\.\\d s$");
  }

  @Test
  void takesNamespaceSnapshotterAndUnpackingFromTheEnvironment() throws Exception {
    String reference = tagBusybox("environment");
    EcrCommand elsewhere =
        command()
            .with("CONTAINERD_NAMESPACE", "elsewhere")
            .with("CONTAINERD_SNAPSHOTTER", "native")
            .with("ECR_PULL_PARALLEL", "2");
    assertThat(elsewhere.run("pull", reference).status()).isZero();

    assertThat(daemon.ctr("-n", "elsewhere", "images", "ls", "-q")).contains(reference);
    assertThat(daemon.ctr("-n", "elsewhere", "snapshots", "--snapshotter", "native", "ls").lines())
        .hasSize(2);
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain(reference);

    Ended packed =
        command()
            .with("CONTAINERD_NAMESPACE", "packed")
            .with("ECR_SKIP_UNPACK", "1")
            .run("pull", reference);
    assertThat(packed.status()).isZero();
    assertThat(daemon.ctr("-n", "packed", "images", "ls", "-q")).contains(reference);
    assertThat(daemon.ctr("-n", "packed", "snapshots", "ls").lines()).hasSize(1);
  }

  private EcrCommand command() {
    return EcrCommand.withCredentials()
        .with("CONTAINERD_ADDRESS", "unix://" + daemon.socket())
        .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString());
  }

  private String tagBusybox(String repository) throws IOException {
    LayerTar tar = new LayerTar().directory("bin", 0755);
    tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
    tar.symlink("bin/sh", "busybox").file("greeting", 0644, "hello from the image\n");
    OciLayout layout = ecr.repository(repository);
    OciImage image =
        layout.image(
            Format.OCI,
            Platform.current(),
            List.of(Layer.gzip(tar)),
            Map.of(
                "Entrypoint",
                List.of("/bin/sh"),
                "Cmd",
                List.of("-c", "while read line; do echo $line; done < /greeting")));
    layout.tag("latest", image.manifest());
    return ecr.reference(repository, "latest");
  }
}
