package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each example does what it says, as other programs see it. */
@WithOneContainerd
@Timeout(120)
class ExamplesIT {
  private final Containerd daemon;
  private final LocalEcr ecr = LocalEcr.openWithoutTls();
  @TempDir private Path directory;

  ExamplesIT(Containerd daemon) {
    this.daemon = daemon;
  }

  @AfterEach
  void close() {
    ecr.close();
    daemon
        .ctr("images", "ls", "-q")
        .lines()
        .forEach(name -> daemon.ctr("images", "rm", "--sync", name));
  }

  @Test
  void pullPushAndWatch() {
    OciImage image = LayeredImage.write(ecr.repository("app"), 1);
    String digest = image.manifest().digest().toString();
    String reference = ecr.reference("app", "latest");
    ecr.repository("pushed");

    assertThat(run("PullImage", reference)).isEqualTo("%s %s%n", reference, digest);
    assertThat(daemon.ctr("images", "check", "name==" + reference)).contains("complete");
    assertThat(run("PushImage", reference, ecr.reference("pushed", "1"))).contains(digest);
    assertThat(Command.run(inspect("pushed", "1"))).contains("\"Digest\": \"" + digest + "\"");

    daemon.ctr("images", "rm", "--sync", reference);
    assertThat(run("WatchProgress", reference))
        .contains(image.layers().getLast().digest() + " is unpacked")
        .containsPattern("(?m): (\\d+) of \\1 bytes$");
  }

  @Test
  void copyAcrossAccountsWithTheCredentialsOfEachProfile() throws Exception {
    OciImage image = LayeredImage.write(ecr.repository("source"), 2);
    ecr.repository("destination");

    String said =
        run(
            "CopyAcrossAccounts",
            ecr.reference("source", "latest"),
            "here",
            ecr.reference("destination", "1"),
            "there");

    assertThat(said).contains(image.manifest().digest().toString());
    assertThat(Command.run(inspect("destination", "1")))
        .contains("\"Digest\": \"" + image.manifest().digest() + "\"");
  }

  @Test
  void askWithCredentialsOfOnesOwn() {
    OciImage image = LayeredImage.write(ecr.repository("own"), 3);

    assertThat(run("OwnCredentials", "123456789012", "AKIA", "x", ecr.reference("own", "latest")))
        .contains(image.manifest().digest().toString());
  }

  @Test
  void pullToADirectoryThatIsTheSameLayout() {
    OciImage image = LayeredImage.write(ecr.repository("layout"), 4);
    Path target = directory.resolve("target");

    assertThat(run("PullToDirectory", ecr.reference("layout", "latest"), target.toString()))
        .isEmpty();

    assertThat(Command.run(List.of("skopeo", "inspect", "oci:" + target + ":latest")))
        .contains("\"Digest\": \"" + image.manifest().digest() + "\"");
    assertThat(
            Command.run(
                List.of(
                    "diff",
                    "-r",
                    ecr.repositoryPath("layout").resolve("blobs").toString(),
                    target.resolve("blobs").toString())))
        .isEmpty();
  }

  @Test
  void runAProgramInAContainer() throws IOException {
    OciLayout layout = ecr.repository("busybox");
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            List.of(
                Layer.gzip(
                    new LayerTar()
                        .directory("bin", 0755)
                        .file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox"))))),
            Map.of("Entrypoint", List.of("/bin/busybox")));
    layout.tag("latest", image.manifest());
    String reference = ecr.reference("busybox", "latest");
    var _ = run("PullImage", reference);

    assertThat(run("RunContainer", reference, "echo", "hello")).isEqualTo("hello\nexited with 0\n");
    assertThat(run("RunContainer", reference, "false")).isEqualTo("exited with 1\n");
  }

  private List<String> inspect(String repository, String tag) {
    return List.of("skopeo", "inspect", "oci:%s:%s".formatted(ecr.repositoryPath(repository), tag));
  }

  private String run(String example, String... arguments) {
    try {
      Path credentials =
          Files.writeString(
              directory.resolve("credentials"),
              """
              [here]
              aws_access_key_id = AKIAHERE
              aws_secret_access_key = x
              [there]
              aws_access_key_id = AKIATHERE
              aws_secret_access_key = x
              """);
      List<String> command = new ArrayList<>(List.of("env", "-i", "LC_ALL=C.UTF-8"));
      command.add("PATH=" + System.getenv("PATH"));
      command.add("AWS_SHARED_CREDENTIALS_FILE=" + credentials);
      // The example with profiles is to find no others.
      if (!example.equals("CopyAcrossAccounts")) {
        command.addAll(List.of("AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=x"));
      }
      command.add("AWS_ENDPOINT_URL_ECR=" + ecr.server().endpoint());
      command.add("CONTAINERD_ADDRESS=" + daemon.socket());
      command.add(Checkout.ecr().getFirst());
      command.add("-XX:-UsePerfData");
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.add("io.github.ecrcontainerd.examples." + example);
      command.addAll(List.of(arguments));
      return Command.run(command);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
