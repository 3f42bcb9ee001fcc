package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.StoredContent;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.support.Certificate;
import io.github.ecrcontainerd.it.support.DebianPrograms;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.Signal;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pulls that ask a mirror first: Debian's docker-registry, which skopeo fills, or Python's server
 * of files, which knows no ranges. {@code ctr} checks what is in the store.
 */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(90)
class MirrorIT {
  private static final int LAYER = 5 << 20;

  /** A late range of ECR is hedged: at most two of a small image. */
  private static final int TWO_HEDGES = 2 * Math.ceilDiv(LAYER, 4);

  private static final PullOptions STORE = PullOptions.builder().unpack(false).build();

  /** Sends each client to the address in its argument, and says its port. */
  private static final String REDIRECTING =
      """
      import http.server, sys
      class Redirecting(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              self.send_response(307)
              self.send_header("Location", sys.argv[1] + self.path)
              self.send_header("Content-Length", "0")
              self.end_headers()
          do_HEAD = do_GET
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Redirecting)
      print("port", server.server_port)
      server.serve_forever()
      """;

  private static Path tools;

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final ContainerdClient containerd;
  private DockerRegistry mirror;

  MirrorIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
    this.containerd = ContainerdClient.builder().address(daemon.socket()).build();
  }

  @BeforeAll
  static void findTheRegistry() {
    tools = DebianPrograms.imageTools();
  }

  @BeforeEach
  void startTheMirror() throws Exception {
    mirror = new DockerRegistry(tools.resolve("docker-registry").toString());
    ecr.server().counters().reset();
  }

  @AfterEach
  void allIsInTheStoreWithItsDigest() {
    mirror.close();
    containerd.close();
    assertThat(daemon.heldLeases()).isEmpty();
    StoredContent.checkBytes(daemon);
  }

  @Test
  void aFilledMirrorServesAllLayersAndEcrOnlyTheTag() throws Exception {
    List<Descriptor> layers = image("filled", 10, 3);
    mirror.fill(ecr.repositoryPath("filled"), "filled");

    pull("filled", address(mirror.port()));

    assertComplete("filled", 3);
    assertThat(ecr.server().counters().layerBytes()).isZero();
    assertThat(mirror.bytes())
        .isGreaterThanOrEqualTo(layers.stream().mapToLong(Descriptor::size).sum());
  }

  @Test
  void anEmptyMirrorCostsNothingButTheQuestion() throws Exception {
    List<Descriptor> layers = image("empty", 20, 3);

    pull("empty", address(mirror.port()));

    assertComplete("empty", 3);
    assertThat(ecr.server().counters().layerBytes())
        .isGreaterThanOrEqualTo(layers.stream().mapToLong(Descriptor::size).sum());
  }

  @Test
  void theTagIsAlwaysResolvedByEcr() throws Exception {
    image("other", 30, 1);
    mirror.fill(ecr.repositoryPath("other"), "tagged");
    image("tagged", 31, 2);

    pull("tagged", address(mirror.port()));

    assertComplete("tagged", 2);
  }

  @Test
  void aMirrorThatDiesInTheMiddleOfALayerIsReplacedByEcrFromThatByte() throws Exception {
    Descriptor layer = image("dies", 40, 64 << 20, 1).getFirst();
    mirror.fill(ecr.repositoryPath("dies"), "dies");

    pull(
        "dies",
        address(mirror.port()),
        STORE.toBuilder()
            .listener(
                new PullListener() {
                  @Override
                  public void transferred(Descriptor content, long bytes) {
                    if (content.digest().equals(layer.digest())) {
                      mirror.close();
                    }
                  }
                })
            .build());

    assertComplete("dies", 1);
    assertThat(ecr.server().counters().layerBytes(layer.digest()))
        .as("bytes of ECR, of %,d", layer.size())
        .isBetween(1L, layer.size() - 1);
  }

  @Test
  void aMirrorWithOtherBytesIsFoundOutByTheDigest() throws Exception {
    List<Descriptor> layers = image("lies", 50, 2);
    mirror.fill(ecr.repositoryPath("lies"), "lies");
    Path lie = mirror.blob(layers.getFirst().digest());
    byte[] bytes = Files.readAllBytes(lie);
    bytes[LAYER / 2] ^= 1;
    Files.write(lie, bytes, StandardOpenOption.TRUNCATE_EXISTING);

    pull("lies", address(mirror.port()));

    assertComplete("lies", 2);
    assertThat(ecr.server().counters().layerBytes(layers.getFirst().digest()))
        .isGreaterThanOrEqualTo(LAYER);
  }

  @Test
  void aMirrorThatIsSilentIsLeftForEcr() throws Exception {
    List<Descriptor> layers = image("silent", 60, 3);
    mirror.fill(ecr.repositoryPath("silent"), "silent");
    Signal.SIGSTOP.send(mirror.pid());

    pull("silent", address(mirror.port()));

    assertComplete("silent", 3);
    assertThat(ecr.server().counters().layerBytes())
        .isGreaterThanOrEqualTo(layers.stream().mapToLong(Descriptor::size).sum());
  }

  @Test
  void theNextMirrorIsAskedWhereTheFirstIsGone() throws Exception {
    image("second", 70, 3);
    mirror.fill(ecr.repositoryPath("second"), "second");
    int gone;
    try (DockerRegistry first = new DockerRegistry(tools.resolve("docker-registry").toString())) {
      gone = first.port();
    }

    pull("second", address(gone), address(mirror.port()));

    assertComplete("second", 3);
    assertThat(ecr.server().counters().layerBytes()).isZero();
  }

  @Test
  void aMirrorWithoutRangesIsAskedForWholeLayers(@TempDir Path served) throws Exception {
    List<Descriptor> layers = image("whole", 80, 3);
    Path blobs = Files.createDirectories(served.resolve("v2/whole/blobs"));
    for (Descriptor layer : layers) {
      Files.copy(ecr.existing("whole").file(layer.digest()), blobs.resolve("" + layer.digest()));
    }
    Process files =
        new ProcessBuilder("python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1")
            .directory(served.toFile())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader log = files.inputReader()) {
      pull("whole", address(portIn(log)));
    } finally {
      files.destroyForcibly().waitFor();
    }

    assertComplete("whole", 3);
    for (Descriptor layer : layers) {
      assertThat(ecr.server().counters().layerBytes(layer.digest())).isZero();
    }
  }

  /** Less than 256 KiB in 3 s, on each connection. */
  @Test
  void aMirrorThatIsSlowIsLeftForEcr() throws Exception {
    List<Descriptor> layers = image("slow", 100, 3);
    mirror.fill(ecr.repositoryPath("slow"), "slow");
    try (FaultyLink slow = FaultyLink.slow(mirror.port(), 40 << 10)) {
      long began = System.nanoTime();
      pull("slow", address(slow.port()));
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
    }

    assertComplete("slow", 3);
    long size = layers.stream().mapToLong(Descriptor::size).sum();
    // ECR goes on from the byte that was reached.
    assertThat(ecr.server().counters().layerBytes()).isBetween(size / 2, size + TWO_HEDGES);
  }

  @Test
  void aMirrorThatIsFastEnoughIsNotLeft() throws Exception {
    image("steady", 105, 512 << 10, 1);
    mirror.fill(ecr.repositoryPath("steady"), "steady");
    try (FaultyLink steady = FaultyLink.slow(mirror.port(), 128 << 10)) {
      pull("steady", address(steady.port()));
    }

    assertComplete("steady", 1);
    assertThat(ecr.server().counters().layerBytes()).isZero();
  }

  /** As when the node that has the layer is busy: ECR's would be a hedge of each node. */
  @Test
  void aLateRangeOfAMirrorIsNotRequestedFromEcr() throws Exception {
    image("usual", 170, 3);
    image("late", 171, 1 << 20, 1);
    mirror.fill(ecr.repositoryPath("usual"), "usual");
    mirror.fill(ecr.repositoryPath("late"), "late");
    try (FaultyLink link = FaultyLink.open(mirror.port());
        EcrResolver resolver = ecr.resolver().mirror(URI.create(address(link.port()))).build()) {
      containerd.pull(reference("usual"), resolver, STORE);
      link.slowDown(512 << 10);
      containerd.pull(reference("late"), resolver, STORE);
    }

    assertComplete("usual", 3);
    assertComplete("late", 1);
    assertThat(ecr.server().counters().layerBytes()).isZero();
  }

  /** At the first question, and in the middle of a layer. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1 << 20})
  void aMirrorIsAskedAgainAfterAConnectionThatEnds(long bytes) throws Exception {
    String repository = "again-" + bytes;
    image(repository, bytes == 0 ? 110 : 111, 3);
    mirror.fill(ecr.repositoryPath(repository), repository);
    try (FaultyLink link = FaultyLink.breaking(mirror.port(), bytes)) {
      pull(repository, address(link.port()));
      assertThat(link.broken()).isEqualTo(1);
    }

    assertComplete(repository, 3);
    assertThat(ecr.server().counters().layerBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/cache/v2", "/cache/v2/"})
  void anAddressWithAPathIsUsedAsItIs(String path) throws Exception {
    String repository = "path-" + path.length();
    image(repository, 120 + path.length(), 2);
    mirror.fill(ecr.repositoryPath(repository), repository);
    try (DockerRegistry below = mirror.alsoServedWith("prefix: /cache/", "")) {
      pull(repository, address(below.port()) + path);
    }

    assertComplete(repository, 2);
    assertThat(ecr.server().counters().layerBytes()).isZero();
  }

  /** The registry sends its clients to another server, as one whose storage is S3 does. */
  @Test
  void aMirrorsRedirectIsFollowed() throws Exception {
    List<Descriptor> layers = image("elsewhere", 1130, 3);
    mirror.fill(ecr.repositoryPath("elsewhere"), "elsewhere");
    int storagePort = freePort();
    Process storage =
        new ProcessBuilder(
                "busybox",
                "httpd",
                "-f",
                "-p",
                "127.0.0.1:" + storagePort,
                "-h",
                mirror.storage().toString())
            .redirectErrorStream(true)
            .start();
    try (DockerRegistry front =
        mirror.alsoServedWith(
            "",
            "middleware: {storage: [{name: redirect, options: {baseurl: \"http://127.0.0.1:%d/\"}}]}"
                .formatted(storagePort))) {
      pull("elsewhere", address(front.port()));
      assertThat(front.bytes()).isLessThan(LAYER);
    } finally {
      storage.destroyForcibly().waitFor();
    }

    assertComplete("elsewhere", 3);
    assertThat(layers).hasSize(3);
    assertThat(ecr.server().counters().layerBytes()).isZero();
  }

  /** Python's server answers each request by a redirect to the registry, manifests, too. */
  @Test
  void aServerThatRedirectsAllIsFollowed() throws Exception {
    List<Descriptor> contents = index("all", 135);
    mirror.fill(ecr.repositoryPath("all"), "all");
    Process redirecting =
        new ProcessBuilder("python3", "-u", "-c", REDIRECTING, address(mirror.port()))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader log = redirecting.inputReader()) {
      pull("all", STORE.toBuilder().allPlatforms(true).build(), address(portIn(log)));
    } finally {
      redirecting.destroyForcibly().waitFor();
    }

    assertComplete("all", 1);
    assertHas(contents);
    assertThat(ecr.server().counters().requests(Operation.BATCH_GET_IMAGE)).isEqualTo(1);
    assertThat(ecr.server().counters().layerBytes()).isZero();
  }

  @Test
  void theManifestsOfAnIndexComeFromAMirrorByTheirDigests() throws Exception {
    List<Descriptor> contents = index("platforms", 140);
    mirror.fill(ecr.repositoryPath("platforms"), "platforms");
    PullOptions all = STORE.toBuilder().allPlatforms(true).build();

    pull("platforms", all, address(mirror.port()));

    assertComplete("platforms", 1);
    assertHas(contents);
    // That of the tag, which has the index.
    assertThat(ecr.server().counters().requests(Operation.BATCH_GET_IMAGE)).isEqualTo(1);
    assertThat(ecr.server().counters().layerBytes()).isZero();
  }

  @Test
  void aMirrorThatHasNoneOfAnIndexesManifestsLeavesThemToEcr() throws Exception {
    List<Descriptor> contents = index("unmirrored", 150);

    pull("unmirrored", STORE.toBuilder().allPlatforms(true).build(), address(mirror.port()));

    assertComplete("unmirrored", 1);
    assertHas(contents);
    assertThat(ecr.server().counters().requests(Operation.BATCH_GET_IMAGE)).isEqualTo(3);
  }

  @Test
  void aMirrorOverTlsNeedsAnAuthorityThatIsTrusted(@TempDir Path certificates) throws Exception {
    image("trusted", 160, 2);
    image("untrusted", 161, 2);
    mirror.fill(ecr.repositoryPath("trusted"), "trusted");
    mirror.fill(ecr.repositoryPath("untrusted"), "untrusted");
    Certificate authority = Certificate.authority(certificates);
    Certificate own = authority.issue(certificates);
    String tls = "tls: {certificate: %s, key: %s}".formatted(own.file(), own.key());
    try (DockerRegistry overTls = mirror.alsoServedWith(tls, "")) {
      String address = "https://127.0.0.1:" + overTls.port();

      EcrCommand.Ended trusting =
          command()
              .with("SSL_CERT_FILE", withThatOfTheSuite(authority).toString())
              .run("pull", "--no-unpack", "--mirror", address, reference("trusted"));

      assertThat(trusting.status()).as(trusting.err()).isZero();
      assertThat(ecr.server().counters().layerBytes()).isZero();
      long before = ecr.server().counters().layerBytes();

      EcrCommand.Ended refusing =
          command()
              .with("ECR_PULL_DEBUG", "1")
              .run("pull", "--no-unpack", "--mirror", address, reference("untrusted"));

      assertThat(refusing.status()).as(refusing.err()).isZero();
      assertThat(refusing.err())
          .contains(
              "The mirror " + address + " is not used for 30 s: the certificate of 127.0.0.1:",
              "is issued by CN=Authority of the mirrors, which is not trusted here");
      assertThat(ecr.server().counters().layerBytes() - before).isGreaterThanOrEqualTo(2L * LAYER);
    }
    assertComplete("trusted", 2);
    assertComplete("untrusted", 2);
  }

  /** A file with an authority, and that of the suite's Amazon ECR, if it has one. */
  private static Path withThatOfTheSuite(Certificate authority) throws IOException {
    Path all = Path.of(authority.file() + ".all");
    Files.copy(authority.file(), all);
    Optional<Certificate> suite = Certificate.ofTheSuite();
    if (suite.isPresent()) {
      Files.writeString(all, Files.readString(suite.get().file()), StandardOpenOption.APPEND);
    }
    return all;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** What {@code ctr images check} says nothing about: other platforms than this machine's. */
  private void assertHas(List<Descriptor> contents) {
    assertThat(StoredContent.of(daemon))
        .containsAll(contents.stream().map(Descriptor::digest).toList());
  }

  /** An index of two platforms, with a layer each. Returns its manifests and layers. */
  private List<Descriptor> index(String repository, int seed) {
    OciLayout layout = ecr.repository(repository);
    List<Descriptor> manifests = new ArrayList<>();
    List<Descriptor> layers = new ArrayList<>();
    for (String architecture : List.of("amd64", "arm64")) {
      byte[] noise = NoiseImage.noise(1000L * seed + manifests.size(), LAYER);
      Descriptor layer = layout.blob(MediaTypes.OCI_LAYER, noise);
      layers.add(layer);
      manifests.add(
          layout
              .image(
                  Format.OCI,
                  Platform.of("linux", architecture),
                  List.of(layer),
                  List.of(layer.digest()),
                  Map.of())
              .manifest());
    }
    layout.tag("latest", layout.index(Format.OCI, manifests));
    return Stream.concat(manifests.stream(), layers.stream()).toList();
  }

  @Test
  void theCommandTakesItFromAnOptionOrTheEnvironment() throws Exception {
    image("option", 90, 2);
    image("variable", 91, 2);
    mirror.fill(ecr.repositoryPath("option"), "option");
    mirror.fill(ecr.repositoryPath("variable"), "variable");

    assertThat(
            command()
                .run("pull", "--no-unpack", "--mirror", address(mirror.port()), reference("option"))
                .status())
        .isZero();
    assertThat(
            command()
                .with("ECR_MIRRORS", "http://127.0.0.1:1/, " + address(mirror.port()))
                .run("pull", "--no-unpack", reference("variable"))
                .status())
        .isZero();

    assertComplete("option", 2);
    assertComplete("variable", 2);
    assertThat(ecr.server().counters().layerBytes()).isZero();
    assertThat(command().run("pull", "--mirror", "ftp://mirror", reference("option")).err())
        .contains("Not a mirror: ftp://mirror");
    assertThat(command().run("pull", "--mirror", "http://me:se cret@m", reference("option")).err())
        .contains("A mirror's address is not a URL")
        .doesNotContain("cret");
  }

  private EcrCommand command() {
    return EcrCommand.withCredentials()
        .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
        .with("CONTAINERD_ADDRESS", daemon.socket().toString());
  }

  private static int portIn(BufferedReader log) throws IOException {
    String line = log.readLine();
    Matcher port = Pattern.compile("port (\\d+)").matcher("" + line);
    assertThat(port.find()).as(line).isTrue();
    return Integer.parseInt(port.group(1));
  }

  private static String address(int port) {
    return "http://127.0.0.1:" + port;
  }

  private List<Descriptor> image(String repository, int seed, int layers) {
    return image(repository, seed, LAYER, layers);
  }

  private List<Descriptor> image(String repository, int seed, int size, int count) {
    OciLayout layout = ecr.repository(repository);
    List<Descriptor> layers =
        IntStream.range(0, count)
            .mapToObj(i -> NoiseImage.layer(layout, 1000L * seed + i, size))
            .toList();
    NoiseImage.tag(layout, "latest", layers);
    return layers;
  }

  private String reference(String repository) {
    return ecr.reference(repository, "latest");
  }

  private void pull(String repository, String... mirrors) throws Exception {
    pull(repository, STORE, mirrors);
  }

  private void pull(String repository, String mirror, PullOptions options) throws Exception {
    pull(repository, options, mirror);
  }

  private void pull(String repository, PullOptions options, String... mirrors) throws Exception {
    EcrResolver.Builder builder = ecr.resolver();
    for (String address : mirrors) {
      builder.mirror(URI.create(address));
    }
    try (EcrResolver resolver = builder.build()) {
      containerd.pull(reference(repository), resolver, options);
    }
  }

  private void assertComplete(String repository, int layers) {
    assertThat(daemon.ctr("images", "check", "name==" + reference(repository)))
        .contains("complete (%d/%<d)".formatted(layers + 1));
  }
}
