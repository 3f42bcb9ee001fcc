package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
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

    assertThat(daemon.runByCtr(reference, "by-ctr")).isEqualTo("hello from the image\n");
    Ended ended = command().run("run", reference);
    assertThat(ended.out()).isEqualTo("hello from the image\n");
    assertThat(ended.status()).isZero();
    assertThat(command().run("run", reference, "-c", "exit 7").status()).isEqualTo(7);
  }

  @Test
  void unpacksDirectlyAndKeepsNoLayersIfItIsToldSo() throws Exception {
    String reference = tagBusybox("direct", "kept nowhere");

    Ended pulled = command().run("pull", "--unpack=direct", "--discard-layers", reference);

    assertThat(pulled.status()).as(pulled.err()).isZero();
    assertThat(daemon.runByCtr(reference, "direct")).isEqualTo("kept nowhere\n");
    assertThat(daemon.ctr("images", "check", "name==" + reference)).contains("incomplete (1/2)");
  }

  @Test
  void saysWhyItCantUnpackDirectlyAndLeavesItToTheDaemonIfItMay() throws Exception {
    String reference = tagBusybox("rights", "made by the daemon");
    EcrCommand unprivileged = command().withoutCapability("mknod");

    Ended refused = unprivileged.run("pull", "--unpack=direct", reference);
    Ended elsewhere = command().run("pull", "--unpack=direct", "--snapshotter=native", reference);
    Ended left = unprivileged.run("pull", reference);

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err())
        .contains("lacks root's capabilities to create files of all users and types");
    assertThat(elsewhere.status()).isEqualTo(1);
    assertThat(elsewhere.err()).contains("the snapshotter native");
    assertThat(left.status()).as(left.err()).isZero();
    assertThat(daemon.runByCtr(reference, "left")).isEqualTo("made by the daemon\n");
  }

  /** The figure of a pull is what the registry has served, whatever else the pull does. */
  @Test
  void countsTheBytesThatTravelledAndNoOthers() throws Exception {
    String reference = tagBusybox("counts");
    String first = command().run("pull", "--no-unpack", reference).err();
    ecr.server().counters().reset();

    Ended again = command().run("pull", reference);

    assertThat(first).containsPattern("(?m)^  \\d+\\.\\d [KM]iB in \\d+\\.\\d s$");
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

  @Test
  void runsTheOnlyPlatformThatWasPulled() throws Exception {
    Platform other = Platform.parse("linux/s390x");
    OciLayout layout = ecr.repository("other");
    layout.tag(
        "latest",
        layout.index(
            Format.OCI,
            List.of(
                busybox(layout, OciLayout.HERE, "for this machine").manifest(),
                // By what it says; its program is this machine's, so that it can run.
                busybox(layout, other, "for the other").manifest())));
    String reference = ecr.reference("other", "latest");
    EcrCommand elsewhere = command().with("CONTAINERD_NAMESPACE", "other");
    assertThat(elsewhere.run("pull", "--platform", other.toString(), reference).status()).isZero();

    assertThat(elsewhere.run("run", reference).out()).isEqualTo("for the other\n");
    assertThat(elsewhere.run("run", "--platform", "s390x", reference).out())
        .isEqualTo("for the other\n");
    Ended refused = elsewhere.run("run", "--platform", OciLayout.HERE.toString(), reference);
    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err()).contains("has no image for " + OciLayout.HERE, "linux/s390x");
  }

  @Test
  void takesTheHighestVariantThatThisMachineRuns() throws Exception {
    Platform highest = Platform.current();
    OciLayout layout = ecr.repository("variants");
    layout.tag(
        "only", layout.index(Format.OCI, List.of(busybox(layout, highest, "highest").manifest())));
    layout.tag(
        "both",
        layout.index(
            Format.OCI,
            List.of(
                busybox(layout, OciLayout.HERE, "any").manifest(),
                busybox(layout, highest, "highest").manifest())));
    for (String tag : List.of("only", "both")) {
      String reference = ecr.reference("variants", tag);
      assertThat(command().run("pull", reference).err()).doesNotContain("no image for");
      String expected = tag.equals("both") && highest.equals(OciLayout.HERE) ? "any" : "highest";
      assertThat(command().run("run", reference).out()).isEqualTo(expected + "\n");
    }
  }

  @Test
  void takesTheWindowsBuildThatIsAskedForOrTheHighest() throws Exception {
    OciLayout layout = ecr.repository("windows");
    OciImage server2019 = busybox(layout, Platform.parse("windows(10.0.17763.7)/amd64"), "2019");
    OciImage server2022 = busybox(layout, Platform.parse("windows(10.0.20348.5)/amd64"), "2022");
    layout.tag(
        "latest", layout.index(Format.OCI, List.of(server2019.manifest(), server2022.manifest())));
    String reference = ecr.reference("windows", "latest");
    EcrCommand elsewhere = command().with("CONTAINERD_NAMESPACE", "windows");

    assertThat(
            elsewhere
                .run("pull", "--no-unpack", "--platform", "windows(10.0.17763)/amd64", reference)
                .status())
        .isZero();
    assertThat(daemon.ctr("-n", "windows", "content", "ls", "-q"))
        .contains(server2019.manifest().digest().toString())
        .doesNotContain(server2022.manifest().digest().toString());
    assertThat(
            elsewhere.run("pull", "--no-unpack", "--platform", "windows/amd64", reference).status())
        .isZero();
    assertThat(daemon.ctr("-n", "windows", "content", "ls", "-q"))
        .contains(server2022.manifest().digest().toString());
  }

  @Test
  void pullsAnEntrypointThatIsNoArrayAndSaysWhatIsWrongWithItWhereItIsToRun() throws Exception {
    OciLayout layout = ecr.repository("string");
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            List.of(Layer.gzip(new LayerTar().directory("bin", 0755))),
            Map.of("Entrypoint", "/x"));
    layout.tag("latest", image.manifest());
    String reference = ecr.reference("string", "latest");
    assertThat(command().run("pull", reference).status()).isZero();
    Ended refused = command().run("run", reference);
    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err())
        .contains(image.config().digest().toString(), "Entrypoint is not an array");
  }

  @Test
  void listsTheKnownArchitecturesWhereOneIsUnknown() throws Exception {
    Ended refused = command().run("pull", "--platform", "linux/foo", "any");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("linux/foo", "unknown architecture", "riscv64");
  }

  @Test
  void runsAsTheUserOfTheCommandLineOrSaysThatThereIsNone() throws Exception {
    String reference = tagBusybox("user");
    assertThat(command().run("pull", reference).status()).isZero();
    assertThat(command().run("run", "--user", "7:8", reference, "-c", "/bin/busybox id").out())
        .isEqualTo("uid=7 gid=8 groups=8\n");
    Ended refused = command().run("run", "--user", "app", reference);
    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err()).contains("has no user app");
  }

  /** Of each of these, docker run exits so. */
  @Test
  void tellsByItsStatusWhyNothingRan() throws Exception {
    OciLayout layout = ecr.repository("nothing");
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            List.of(Layer.gzip(new LayerTar().file("data", 0644, "no program"))),
            Map.of("Cmd", List.of("/data")));
    layout.tag("latest", image.manifest());
    String reference = ecr.reference("nothing", "latest");
    assertThat(command().run("pull", reference).status()).isZero();

    assertThat(command().run("run", reference).status()).isEqualTo(126);
    assertThat(command().run("run", reference, "/missing").status()).isEqualTo(127);
    assertThat(command().run("run", reference, "missing").status()).isEqualTo(127);
    assertThat(command().run("run", reference + "-other").status()).isEqualTo(125);
    assertThat(command().run("run", "--no-such-option", reference).status()).isEqualTo(2);
  }

  private static OciImage busybox(OciLayout layout, Platform platform, String says)
      throws IOException {
    LayerTar tar = new LayerTar().directory("bin", 0755);
    tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
    return layout.image(
        Format.OCI,
        platform,
        List.of(Layer.gzip(tar)),
        Map.of("Cmd", List.of("/bin/busybox", "echo", says)));
  }

  private EcrCommand command() {
    return EcrCommand.withCredentials()
        .with("CONTAINERD_ADDRESS", "unix://" + daemon.socket())
        .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString());
  }

  private String tagBusybox(String repository) throws IOException {
    return tagBusybox(repository, "hello from the image");
  }

  private String tagBusybox(String repository, String says) throws IOException {
    LayerTar tar = new LayerTar().directory("bin", 0755);
    tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
    tar.symlink("bin/sh", "busybox").file("greeting", 0644, says + "\n");
    OciLayout layout = ecr.repository(repository);
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
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
