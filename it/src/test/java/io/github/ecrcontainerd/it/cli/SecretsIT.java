package io.github.ecrcontainerd.it.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.HttpProxy;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All that a pull says at the lowest log level, of this project, the SDK, the CRT and gRPC, with
 * every stack trace: it holds no secret. The command runs as a process, so nothing it writes is
 * missed.
 */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class SecretsIT {
  private static final String KEY = "sEcReTkEy0123456789";
  private static final String SESSION = "sEsSiOnToKeN0123456789";

  /** What signs a URL or a header, with its value: names alone tell nothing. */
  private static final Pattern SIGNED =
      Pattern.compile(
          "X-Amz-(Signature|Credential|Security-Token)=[^.\\s]"
              + "|Credential=AKIA|Signature=[0-9a-f]{16}",
          Pattern.CASE_INSENSITIVE);

  @TempDir private Path directory;
  private Path jul = Path.of("");
  private final Containerd daemon;
  private final LocalEcr ecr;

  SecretsIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @BeforeEach
  void turnOnTheLogOfJava() throws IOException {
    jul =
        Files.writeString(
            directory.resolve("logging.properties"),
            """
            .level=ALL
            handlers=java.util.logging.ConsoleHandler
            java.util.logging.ConsoleHandler.level=ALL
            """);
  }

  @AfterEach
  void endFaults() {
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
  }

  private void image(String repository) {
    image(ecr, repository);
  }

  private static void image(LocalEcr registry, String repository) {
    OciLayout layout = registry.repository(repository);
    Layer layer =
        Layer.of(
            Layer.Compression.GZIP, new LayerTar().file("name", 0644, repository.getBytes(UTF_8)));
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer));
    layout.tag("latest", image.manifest());
  }

  /** Every logger that there is, as far as the JVM's command line can turn it on. */
  private List<String> loggingAll() {
    return List.of(
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace",
        "-Djava.util.logging.config.file=" + jul,
        "-Daws.crt.log.level=Trace",
        "-Daws.crt.log.destination=Stderr");
  }

  private EcrCommand command() {
    return new EcrCommand()
        .with("AWS_ACCESS_KEY_ID", "AKIAXAMPLEXAMPLE")
        .with("AWS_SECRET_ACCESS_KEY", KEY)
        .with("AWS_SESSION_TOKEN", SESSION)
        .with(all());
  }

  /** All that is shown of what happens. */
  private Map<String, String> all() {
    return Map.of("ECR_PULL_DEBUG", "1", "JAVA_TOOL_OPTIONS", String.join(" ", loggingAll()));
  }

  private EcrCommand.Ended pull(EcrCommand command, String endpoint, String repository)
      throws InterruptedException {
    return command.run(
        "pull",
        "--address",
        daemon.socket().toString(),
        "--endpoint-url",
        endpoint,
        ecr.reference(repository, "latest"));
  }

  private static void holdsNoSecret(EcrCommand.Ended ended) {
    String all = ended.out() + ended.err();
    assertThat(all)
        .doesNotContain(KEY)
        .doesNotContain(SESSION)
        .doesNotContain(AwsHosts.SECRETS)
        .doesNotContain(HttpProxy.PASSWORD)
        .doesNotContain(HttpProxy.authorization().split(" ", -1)[1])
        .doesNotContainPattern(SIGNED);
  }

  static List<LayerFault> faults() {
    return List.of(
        LayerFault.none(),
        LayerFault.expiredUrl(),
        LayerFault.serverError(),
        LayerFault.wrongLength(1),
        LayerFault.resetAfter(10));
  }

  /**
   * The fault of one answer. A reset is at the same byte of the layer each time: ten bytes further
   * with each answer, a pull that resumes would come to the end.
   */
  private static LayerFault of(LayerRequest request, LayerFault fault) {
    return fault instanceof LayerFault.ResetAfter(long at)
        ? LayerFault.resetAfter(at - request.range().first())
        : fault;
  }

  @ParameterizedTest
  @MethodSource("faults")
  void showsNoneWhateverHappensToALayer(LayerFault fault) throws Exception {
    String repository = "fault-" + Integer.toHexString(fault.toString().hashCode());
    image(repository);
    ecr.server().conditions().layerFaults(request -> of(request, fault));

    EcrCommand.Ended ended = pull(command(), ecr.server().endpoint().toString(), repository);

    assertThat(ended.status()).isEqualTo(fault.equals(LayerFault.none()) ? 0 : 1);
    // The logs are really there: the SDK's, and gRPC's.
    assertThat(ended.err()).contains("Sending Request", "io.grpc");
    holdsNoSecret(ended);
  }

  @Test
  void showsNoneWhereAHostIsUnknown() throws Exception {
    EcrCommand.Ended ended = pull(command(), "http://nowhere.invalid:1", "none");
    assertThat(ended.status()).isEqualTo(1);
    holdsNoSecret(ended);
  }

  @Test
  void showsNoPasswordOfTheProxyThatItGoesThrough() throws Exception {
    try (LocalEcr plain = LocalEcr.openWithoutTls();
        HttpProxy proxy = new HttpProxy(host -> Optional.of(addressOf(plain)))) {
      image(plain, "proxied");
      EcrCommand.Ended ended =
          pull(command().with("HTTP_PROXY", proxy.url()), "http://ecr.test:8080", "proxied");
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(proxy.seen())
          .isNotEmpty()
          .allSatisfy(head -> assertThat(head).startsWith("POST http://ecr.test:8080"));
      holdsNoSecret(ended);
    }
  }

  /** By STS, over TLS, through a tunnel: all of them have secrets. */
  @Test
  void showsNoneOfThoseThatARoleIsGiven() throws Exception {
    try (AwsHosts hosts = new AwsHosts(directory);
        LocalEcr overTls = LocalEcr.openOverTls(hosts.certificate())) {
      image(overTls, "of-a-role");
      hosts.registry(overTls.server().endpoint());
      AwsEnvironment environment =
          new AwsEnvironment(Files.createDirectory(directory.resolve("home")));
      environment.set(hosts.environment());
      environment.set("AWS_ROLE_ARN", AwsHosts.ROLE);
      environment.set(
          "AWS_WEB_IDENTITY_TOKEN_FILE", environment.write("token", "of-the-pod").toString());

      EcrCommand.Ended ended =
          environment
              .ecr()
              .with(all())
              .run(
                  "pull",
                  "--address",
                  daemon.socket().toString(),
                  ecr.reference("of-a-role", "latest"));

      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.err()).contains("Sending Request", "io.grpc", "sts.us-west-2.amazonaws.com");
      holdsNoSecret(ended);
    }
  }

  private static InetSocketAddress addressOf(LocalEcr registry) {
    URI endpoint = registry.server().endpoint();
    return new InetSocketAddress(endpoint.getHost(), endpoint.getPort());
  }

  @Test
  void asksTheProxyForATunnelAndShowsNoPasswordOfOneThatRefuses() throws Exception {
    try (HttpProxy proxy = new HttpProxy(host -> Optional.empty())) {
      EcrCommand.Ended ended =
          command()
              .with("HTTPS_PROXY", proxy.url())
              .run(
                  "pull",
                  "--address",
                  daemon.socket().toString(),
                  ecr.reference("tunnel", "latest"));
      assertThat(ended.status()).isEqualTo(1);
      assertThat(proxy.seen())
          .isNotEmpty()
          .allSatisfy(
              head ->
                  assertThat(head)
                      .startsWith("CONNECT api.ecr.us-west-2.amazonaws.com:443 ")
                      .contains(HttpProxy.authorization()));
      holdsNoSecret(ended);
    }
  }
}
