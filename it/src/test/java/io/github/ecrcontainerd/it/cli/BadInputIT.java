package io.github.ecrcontainerd.it.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.UserContainerd;
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
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What may be wrong gives one clear line and exit status 1, or 2 where the command line is. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
class BadInputIT {
  private final Containerd daemon;
  private final LocalEcr ecr;

  BadInputIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @AfterEach
  void leavesNothingHalfMade() {
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
    if (Files.exists(daemon.socket())) {
      assertThat(daemon.ctr("images", "ls", "-q")).isBlank();
      assertThat(daemon.heldLeases()).isEmpty();
      assertThat(daemon.ctr("snapshots", "ls").lines()).hasSize(1);
    }
  }

  @Test
  void aMalformedReference() throws Exception {
    assertOneLine(pull("nginx:latest"), 1, "Not a reference to an image in ECR: \"nginx:latest\"");
  }

  @Test
  void anUnknownRepository() throws Exception {
    assertOneLine(
        pull(ecr.reference("nowhere", "latest")),
        1,
        "registry 123456789012 has no repository nowhere in us-west-2");
  }

  @Test
  void anUnknownTag() throws Exception {
    ecr.repository("tagless");
    assertOneLine(pull(ecr.reference("tagless", "latest")), 1, "the repository has no such image");
  }

  @Test
  void aTagThatNamesAnotherDigest() throws Exception {
    OciLayout layout = ecr.repository("two");
    layout.tag("a", image(layout, "a").manifest());
    layout.tag("b", image(layout, "b").manifest());
    assertOneLine(
        pull(ecr.reference("two", "a") + "@" + image(layout, "b").manifest().digest()),
        1,
        "the tag names another digest");
  }

  static Stream<Arguments> manifests() {
    String manifest = MediaTypes.OCI_MANIFEST;
    return Stream.of(
        Arguments.of("empty", manifest, "", "it is empty"),
        Arguments.of("html", manifest, "<html>502</html>", "is not JSON"),
        Arguments.of("array", manifest, "[]", "is not a JSON object"),
        Arguments.of("hollow", manifest, "{\"schemaVersion\": 2}", "it has no config"),
        Arguments.of(
            "traversal",
            manifest,
            "{\"config\": {\"digest\": \"sha256:../../../../etc/passwd\", \"size\": 1}}",
            "Not a digest"),
        Arguments.of(
            "media-type", "text/plain", "{}", "its media type is not that of an image: text/plain"),
        Arguments.of(
            "large",
            manifest,
            "{\"x\": \"" + "x".repeat(4_194_304) + "\"}",
            "a manifest has at most 4,194,304"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("manifests")
  void aManifestThatIsNone(String name, String mediaType, String content, String complaint)
      throws Exception {
    OciLayout layout = ecr.repository("manifest-" + name);
    layout.tag("latest", layout.blob(mediaType, content.getBytes(UTF_8)));
    assertOneLine(pull(ecr.reference("manifest-" + name, "latest")), 1, complaint);
  }

  @Test
  void aLayerWhoseBytesDontMatchItsDigest() throws Exception {
    OciLayout layout = ecr.repository("damaged");
    OciImage image = image(layout, "damaged");
    layout.tag("latest", image.manifest());
    ecr.server().conditions().layerFaults(request -> LayerFault.corruptByte(0));
    assertOneLine(pull(ecr.reference("damaged", "latest")), 1, image.config().digest().toString());
  }

  @Test
  void anImageWithoutThePlatform() throws Exception {
    OciLayout layout = ecr.repository("platforms");
    layout.tag("latest", layout.index(Format.OCI, List.of(image(layout, "x").manifest())));
    assertOneLine(
        pull(ecr.reference("platforms", "latest"), "--platform", "linux/s390x"),
        1,
        "has no image for linux/s390x; it has " + OciLayout.HERE);
  }

  @Test
  void noCredentials() throws Exception {
    Ended ended =
        EcrCommand.withoutCredentials()
            .run("pull", ecr.reference("x1", "y"), "--endpoint-url", endpoint());
    assertOneLine(ended, 1, "no AWS credentials were found");
  }

  @Test
  void anEcrThatIsNotThere() throws Exception {
    Ended ended =
        EcrCommand.withCredentials()
            .with("AWS_MAX_ATTEMPTS", "1")
            .run("pull", ecr.reference("x1", "y"), "--endpoint-url", "http://127.0.0.1:1");
    assertOneLine(ended, 1, "BatchGetImage of " + ecr.reference("x1", "y") + " failed");
  }

  /** The CRT unpacks its library there. Root may write it, so this asks as somebody else. */
  @Test
  void aTemporaryDirectoryThatMayNotBeWritten(@TempDir Path directory) throws Exception {
    Ended ended =
        EcrCommand.withCredentials()
            .asUser(UserContainerd.UID)
            .withoutUnpackedNativeCode()
            .temporary(directory)
            .run("pull", ecr.reference("x1", "y"), "--endpoint-url", endpoint());
    assertOneLine(
        ended, 1, "Check that files can be written and executed in java.io.tmpdir, " + directory);
  }

  @Test
  void aSocketThatDoesNotExist(@TempDir Path directory) throws Exception {
    tagImage("socketless");
    Path missing = directory.resolve("c.sock");
    assertOneLine(
        pullInto(missing.toString(), ecr.reference("socketless", "latest")),
        1,
        "no containerd at " + missing);
  }

  @Test
  void aSocketThatMayNotBeOpened() throws Exception {
    tagImage("forbidden");
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(daemon.socket());
    Files.setPosixFilePermissions(daemon.socket(), Set.of());
    try {
      Ended ended =
          EcrCommand.withCredentials()
              .withoutCapability("dac_override")
              .run(
                  "pull",
                  ecr.reference("forbidden", "latest"),
                  "--address=" + daemon.socket(),
                  "--endpoint-url=" + endpoint());
      assertOneLine(ended, 1, "permission denied on " + daemon.socket());
    } finally {
      Files.setPosixFilePermissions(daemon.socket(), before);
    }
  }

  @Test
  void aSocketThatIsNone(@TempDir Path directory) throws Exception {
    tagImage("file");
    Path file = Files.createFile(directory.resolve("file"));
    assertOneLine(pullInto(file.toString(), ecr.reference("file", "latest")), 1, file.toString());
  }

  @Test
  void aDaemonThatGoesAway() throws Exception {
    OciLayout layout = ecr.repository("gone");
    layout.tag("latest", image(layout, "gone").manifest());
    // The daemon dies between the manifest and the layers.
    ecr.server()
        .conditions()
        .layerFaults(
            request -> {
              daemon.kill();
              return LayerFault.none();
            });
    try {
      assertOneLine(pull(ecr.reference("gone", "latest")), 1, daemon.socket().toString());
    } finally {
      ecr.server().conditions().layerFaults(request -> LayerFault.none());
      daemon.start();
      daemon.ctr("leases", "ls", "-q").lines().forEach(lease -> daemon.ctr("leases", "rm", lease));
    }
  }

  @Test
  void aCommandLineThatIsWrong() throws Exception {
    for (String[] arguments :
        new String[][] {
          {},
          {"pull"},
          {"pull", "--output", "yaml", "x"},
          {"pull", "--progress", "colourful", "x"},
          {"push", "a", "b", "c"},
          {"rm"},
          {"tag", "a"},
          {"completion", "cmd"},
          {"help", "fetch"},
          {"fetch"},
          {"pull", "--platform", "/", "x"},
          {"pull", "--parallelism", "many", "x"},
          {"pull", "--endpoint-url", "nowhere", "x"},
          {"pull", "--parallelism", "-1", "x"},
          {"pull", "--api-timeout", "0", "x"},
          {"pull", "--connect-timeout", "0", "x"},
          {"pull", "--timeout", "0", "x"},
          {"pull", "--address", "tcp://127.0.0.1:1", "x"},
          {"pull", "--address", "", "x"},
          {"run", "--namespace", "a b", "x"},
          {"local"},
        }) {
      Ended ended = EcrCommand.withCredentials().run(arguments);
      assertThat(ended.status()).as(String.join(" ", arguments)).isEqualTo(2);
      assertThat(ended.err()).contains("--help").hasLineCount(1);
    }
  }

  @Test
  void aWordThatIsMisspeltIsAnsweredByTheRightOne() throws Exception {
    for (String[] mistake :
        new String[][] {
          {"there is no command 'pul': did you mean pull?", "pul", "x"},
          {
            "there is no option '--platfrom': did you mean --platform?", "pull", "--platfrom=a", "x"
          },
          {"there is no option '--colour' (see", "pull", "--colour", "x"},
          {"unexpected argument 'c'", "push", "a", "b", "c"},
          {"there is no command 'psuh': did you mean push?", "help", "psuh"},
        }) {
      Ended ended =
          EcrCommand.withCredentials().run(Arrays.copyOfRange(mistake, 1, mistake.length));
      assertThat(ended.status()).isEqualTo(2);
      assertThat(ended.err()).contains(mistake[0]).hasLineCount(1);
    }
  }

  @Test
  void anEnvironmentThatIsWrong() throws Exception {
    Ended ended = EcrCommand.withCredentials().with("ECR_PULL_PARALLEL", "many").run("pull", "x");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("ECR_PULL_PARALLEL is not a number: many");
    ended = EcrCommand.withCredentials().with("CONTAINERD_ADDRESS", "tcp://x").run("pull", "x");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err())
        .contains("CONTAINERD_ADDRESS: Not the address of a containerd: \"tcp://x\"")
        .hasLineCount(1);
  }

  @Test
  void aStackTraceIsShownToWhoAsksForIt() throws Exception {
    Ended ended = EcrCommand.withCredentials().with("ECR_PULL_DEBUG", "1").run("pull", "nginx");
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err()).contains("\tat ");
  }

  private static void assertOneLine(Ended ended, int status, String complaint) {
    assertThat(ended.err()).contains("ecr: ").contains(complaint).doesNotContain("\tat ");
    assertThat(ended.err().lines().filter(line -> line.startsWith("ecr: "))).hasSize(1);
    assertThat(ended.err().lines().reduce("", (before, last) -> last)).startsWith("ecr: ");
    assertThat(ended.status()).isEqualTo(status);
  }

  private Ended pull(String reference, String... more) throws InterruptedException {
    return pullInto(daemon.socket().toString(), reference, more);
  }

  private Ended pullInto(String socket, String reference, String... more)
      throws InterruptedException {
    Stream<String> fixed =
        Stream.of("pull", reference, "--address", socket, "--endpoint-url", endpoint());
    return EcrCommand.withCredentials()
        .run(Stream.concat(fixed, Stream.of(more)).toArray(String[]::new));
  }

  private String endpoint() {
    return ecr.server().endpoint().toString();
  }

  private void tagImage(String repository) {
    OciLayout layout = ecr.repository(repository);
    layout.tag("latest", image(layout, repository).manifest());
  }

  private static OciImage image(OciLayout layout, String text) {
    return layout.image(
        Format.OCI, OciLayout.HERE, List.of(Layer.gzip(new LayerTar().file("text", 0644, text))));
  }
}
