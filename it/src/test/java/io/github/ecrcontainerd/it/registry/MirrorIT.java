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
import io.github.ecrcontainerd.it.support.DebianPrograms;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.Signal;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pulls that ask a mirror first: Debian's docker-registry, which skopeo fills, or Python's server
 * of files, which knows no ranges. {@code ctr} checks what is in the store.
 */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(90)
class MirrorIT {
  private static final int LAYER = 5 << 20;

  /** A late range is hedged, and a hedge is always ECR's: at most two of a small image. */
  private static final int TWO_HEDGES = 2 * Math.ceilDiv(LAYER, 4);

  private static final PullOptions STORE = PullOptions.builder().unpack(false).build();

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
    assertThat(ecr.server().counters().layerBytes()).isLessThanOrEqualTo(TWO_HEDGES);
    assertThat(mirror.bytes())
        .isGreaterThanOrEqualTo(layers.stream().mapToLong(Descriptor::size).sum() - TWO_HEDGES);
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
    assertThat(ecr.server().counters().layerBytes()).isLessThanOrEqualTo(TWO_HEDGES);
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
    assertThat(ecr.server().counters().layerBytes()).isLessThanOrEqualTo(2L * TWO_HEDGES);
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
