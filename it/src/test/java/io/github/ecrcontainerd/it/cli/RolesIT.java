package io.github.ecrcontainerd.it.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.support.AwsCli;
import io.github.ecrcontainerd.it.support.Certificate;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.it.support.TunnelProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Credentials that AWS gives for a while: roles by STS, and people by IAM Identity Center. The
 * hosts are AWS's own, which a proxy leads to a server of the JDK's with a certificate of
 * openssl's; the AWS CLI goes the same way.
 */
@Timeout(150)
class RolesIT {
  private static final String REFERENCE =
      "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:latest";

  /** Whose refusal or silence comes from a stub is told within that time. */
  private static final Duration DEADLINE = Duration.ofSeconds(35);

  private static final Pattern CREDENTIAL = Pattern.compile("Credential=([A-Z0-9]+)/");
  private static final String ROLE = "arn:aws:iam::123456789012:role/puller";

  /** The keys that signed: of the calls for a role, then of the one for ECR. */
  private final BlockingQueue<String> keys = new LinkedBlockingQueue<>();

  private final Map<String, String> environment = new HashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private Certificate certificate;
  private HttpServer server;

  /** Who is Amazon ECR. */
  private volatile InetSocketAddress registry;

  private TunnelProxy proxy;
  @TempDir Path directory;

  /** What the hosts that give credentials answer. */
  private volatile Answering issuer = RolesIT::issue;

  // These are there from before a test to its end.
  @SuppressWarnings("NullAway")
  RolesIT() {}

  private interface Answering {
    void answer(String host, String form, HttpExchange exchange)
        throws IOException, InterruptedException;
  }

  @BeforeEach
  void start() throws Exception {
    certificate =
        Certificate.make(
            directory,
            2,
            "aws.test",
            "127.0.0.1",
            "api.ecr.us-west-2.amazonaws.com",
            "sts.us-west-2.amazonaws.com",
            "sts.amazonaws.com",
            "portal.sso.us-west-2.amazonaws.com",
            "oidc.us-west-2.amazonaws.com");
    server = certificate.server();
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    registry = server.getAddress();
    proxy = new TunnelProxy(host -> host.startsWith("api.ecr.") ? registry : server.getAddress());
    Files.createDirectory(directory.resolve(".aws"));
    environment.putAll(
        Map.of(
            "HOME",
            directory.toString(),
            "AWS_REGION",
            "us-west-2",
            "AWS_EC2_METADATA_DISABLED",
            "true",
            "HTTPS_PROXY",
            proxy.url(),
            "SSL_CERT_FILE",
            certificate.file().toString(),
            "AWS_CA_BUNDLE",
            certificate.file().toString()));
  }

  @AfterEach
  void stop() throws IOException {
    end.countDown();
    proxy.close();
    server.stop(0);
    threads.close();
  }

  /** As EKS gives a pod its role (IRSA). */
  @Test
  void ofAWebIdentityInTheEnvironment() throws Exception {
    environment.put("AWS_ROLE_ARN", ROLE);
    environment.put("AWS_WEB_IDENTITY_TOKEN_FILE", write("token", "of-the-pod").toString());

    assertSignAsTheAwsCliDoes(List.of("none", "AKIAWEB"));
  }

  @Test
  void ofAWebIdentityInAProfile() throws Exception {
    write(
        ".aws/config",
        "[profile pod]\nrole_arn=%s\nweb_identity_token_file=%s\n"
            .formatted(ROLE, write("token", "of-the-pod")));

    assertSignAsTheAwsCliDoes(List.of("none", "AKIAWEB"), "--profile", "pod");
  }

  @Test
  void ofARoleThatAnotherProfileMayTake() throws Exception {
    write(".aws/credentials", "[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=x\n");
    write(".aws/config", "[profile role]\nrole_arn=%s\nsource_profile=base\n".formatted(ROLE));

    assertSignAsTheAwsCliDoes(List.of("AKIABASE", "AKIAROLE"), "--profile", "role");
  }

  @Test
  void ofARoleThatTheEnvironmentsKeysMayTake() throws Exception {
    environment.put("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    environment.put("AWS_SECRET_ACCESS_KEY", "x");
    write(
        ".aws/config",
        "[profile role]\nrole_arn=%s\ncredential_source=Environment\n".formatted(ROLE));

    assertSignAsTheAwsCliDoes(List.of("AKIAENVIRONMENT", "AKIAROLE"), "--profile", "role");
  }

  @Test
  void ofASessionOfIdentityCenter() throws Exception {
    writeSession();
    writeToken("company", "of-the-person", Instant.now().plus(Duration.ofHours(1)));

    assertSignAsTheAwsCliDoes(List.of("none", "AKIASSO"), "--profile", "person");
  }

  @Test
  void ofASessionWhoseTokenIsRenewed() throws Exception {
    writeSession();
    writeToken("company", "old", Instant.now().minus(Duration.ofMinutes(1)));

    assertThat(keysOfOurs("--profile", "person")).containsExactly("none", "none", "AKIASSO");
    assertThat(proxy.hosts()).contains("oidc.us-west-2.amazonaws.com:443");
  }

  @Test
  void ofIdentityCenterInAProfileOfTheOlderForm() throws Exception {
    write(
        ".aws/config",
        """
        [profile person]
        sso_start_url=https://company.awsapps.com/start
        sso_region=us-west-2
        sso_account_id=123456789012
        sso_role_name=puller
        """);
    writeToken(
        "https://company.awsapps.com/start",
        "of-the-person",
        Instant.now().plus(Duration.ofHours(1)));

    assertSignAsTheAwsCliDoes(List.of("none", "AKIASSO"), "--profile", "person");
  }

  @Test
  void aSessionWithoutATokenIsNamed() throws Exception {
    writeSession();

    assertRefused(List.of("--profile", "person"), "profile person: ");
  }

  @Test
  void theReasonOfARoleThatIsRefusedIsTold() throws Exception {
    webIdentity();
    issuer =
        (host, form, exchange) ->
            answer(
                exchange,
                403,
                """
                <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
                <Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>
                </Error><RequestId>1</RequestId></ErrorResponse>
                """);

    assertRefused(
        List.of(), "web identity: ", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }

  @Test
  void aGatewayThatAnswersHtmlForStsIsAnErrorAtOnce() throws Exception {
    webIdentity();
    issuer =
        (host, form, exchange) ->
            answer(exchange, 502, "<html><body><h1>Bad Gateway</h1></body></html>");

    assertRefused(List.of(), "web identity: ", "502");
  }

  @Test
  void anStsThatIsSilentIsAnErrorInTime() throws Exception {
    webIdentity();
    issuer = (host, form, exchange) -> end.await();

    assertRefused(List.of(), "web identity: ", "no answer from sts.");
  }

  /** Keys are asked for again some time before they end, and these are always as near to it. */
  @Test
  void keysThatEndMeanwhileAreRenewed() throws Exception {
    webIdentity();
    AtomicInteger issued = new AtomicInteger();
    issuer =
        (host, form, exchange) -> {
          issued.incrementAndGet();
          issue(Duration.ofSeconds(20), form, exchange);
        };
    try (LocalEcr ecr = LocalEcr.openOverTls(certificate)) {
      URI endpoint = ecr.server().endpoint();
      registry = new InetSocketAddress(endpoint.getHost(), endpoint.getPort());
      OciLayout layout = ecr.repository("source");
      NoiseImage.tag(
          layout,
          "1",
          List.of(NoiseImage.layer(layout, 1, 1 << 20), NoiseImage.layer(layout, 2, 1 << 20)));
      OciLayout copied = ecr.repository("copied");
      EcrCommand command = EcrCommand.plain();
      environment.forEach(command::with);

      Ended ended =
          command.run(
              "copy", "--direct", ecr.reference("source", "1"), ecr.reference("copied", "1"));

      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(copied.directory().resolve("index.json")).exists();
      assertThat(issued).hasValueGreaterThan(2);
    }
  }

  private void webIdentity() throws IOException {
    environment.put("AWS_ROLE_ARN", ROLE);
    environment.put("AWS_WEB_IDENTITY_TOKEN_FILE", write("token", "of-the-pod").toString());
  }

  private void writeSession() throws IOException {
    write(
        ".aws/config",
        """
        [sso-session company]
        sso_start_url=https://company.awsapps.com/start
        sso_region=us-west-2
        sso_registration_scopes=sso:account:access
        [profile person]
        sso_session=company
        sso_account_id=123456789012
        sso_role_name=puller
        """);
  }

  /** Writes what {@code aws sso login} keeps, in a file that is called after what it is for. */
  private void writeToken(String of, String token, Instant until)
      throws IOException, GeneralSecurityException {
    MessageDigest hash = MessageDigest.getInstance("SHA-1");
    Files.createDirectories(directory.resolve(".aws/sso/cache"));
    write(
        ".aws/sso/cache/" + HexFormat.of().formatHex(hash.digest(of.getBytes(UTF_8))) + ".json",
        """
        {"startUrl":"https://company.awsapps.com/start","region":"us-west-2","accessToken":"%s",
        "expiresAt":"%s","clientId":"client","clientSecret":"x","refreshToken":"again",
        "registrationExpiresAt":"%s"}
        """
            .formatted(
                token,
                until.truncatedTo(ChronoUnit.SECONDS),
                Instant.now().plus(Duration.ofDays(9)).truncatedTo(ChronoUnit.SECONDS)));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String host = exchange.getRequestHeaders().getFirst("Host").replaceFirst(":\\d+$", "");
    String form = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String signature = exchange.getRequestHeaders().getFirst("Authorization");
    Matcher credential = CREDENTIAL.matcher(signature == null ? "" : signature);
    keys.add(credential.find() ? credential.group(1) : "none");
    if (host.startsWith("api.ecr.")) {
      answer(exchange, 400, "{\"__type\":\"RepositoryNotFoundException\",\"message\":\"no app\"}");
      return;
    }
    try {
      issuer.answer(host, URLDecoder.decode(form, UTF_8), exchange);
    } catch (InterruptedException e) {
      exchange.close();
    }
  }

  /** Answers as STS, Identity Center's portal and its token service do. */
  private static void issue(String host, String form, HttpExchange exchange) throws IOException {
    if (host.startsWith("oidc.")) {
      assertThat(form).contains("refresh");
      answer(
          exchange,
          200,
          "{\"accessToken\":\"of-the-person\",\"expiresIn\":3600,\"tokenType\":\"Bearer\",\"refreshToken\":\"again\"}");
    } else if (host.startsWith("portal.sso.")) {
      String token = exchange.getRequestHeaders().getFirst("x-amz-sso_bearer_token");
      if ("of-the-person".equals(token)) {
        answer(
            exchange,
            200,
            """
            {"roleCredentials":{"accessKeyId":"AKIASSO","secretAccessKey":"x","sessionToken":"t",
            "expiration":%d}}
            """
                .formatted(Instant.now().plus(Duration.ofHours(1)).toEpochMilli()));
      } else {
        answer(exchange, 401, "{\"message\":\"Session token not found or invalid\"}");
      }
    } else {
      issue(Duration.ofHours(1), form, exchange);
    }
  }

  /** Answers as STS does. */
  private static void issue(Duration life, String form, HttpExchange exchange) throws IOException {
    boolean web = form.contains("Action=AssumeRoleWithWebIdentity");
    assertThat(form).contains(web ? "of-the-pod" : "Action=AssumeRole");
    String operation = web ? "AssumeRoleWithWebIdentity" : "AssumeRole";
    answer(
        exchange,
        200,
        """
          <%1$sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%1$sResult>
          <AssumedRoleUser><Arn>%2$s/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>
          <Credentials><AccessKeyId>%3$s</AccessKeyId><SecretAccessKey>x</SecretAccessKey>
          <SessionToken>t</SessionToken><Expiration>%4$s</Expiration></Credentials>
          </%1$sResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></%1$sResponse>
          """
            .formatted(operation, ROLE, web ? "AKIAWEB" : "AKIAROLE", Instant.now().plus(life)));
  }

  private void assertSignAsTheAwsCliDoes(List<String> expected, String... options)
      throws Exception {
    keys.clear();
    String said = new AwsCli(environment).refusedBy(List.of(options), "describe-repositories");
    assertThat(said).contains("no app");
    assertThat(keys).as("the AWS CLI").containsExactlyElementsOf(expected);
    assertThat(keysOfOurs(options)).as("ecr").isEqualTo(expected);
  }

  private List<String> keysOfOurs(String... options) throws InterruptedException {
    keys.clear();
    Ended ended = pull(List.of(options));
    assertThat(ended.err()).contains("registry 123456789012 has no repository app in us-west-2");
    return List.copyOf(keys);
  }

  private void assertRefused(List<String> options, String... words) throws InterruptedException {
    long began = System.nanoTime();

    Ended ended = pull(options);

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err().lines().filter(line -> line.startsWith("ecr: ")).toList())
        .singleElement()
        .asString()
        .contains(words)
        .doesNotContain("software.amazon", "Exception");
    assertThat(proxy.hosts()).doesNotContain("api.ecr.us-west-2.amazonaws.com:443");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(DEADLINE);
  }

  private Ended pull(List<String> options) throws InterruptedException {
    EcrCommand command = EcrCommand.plain();
    environment.forEach(command::with);
    List<String> arguments = new ArrayList<>(List.of("pull"));
    arguments.addAll(options);
    arguments.add(REFERENCE);
    return command.run(arguments.toArray(String[]::new));
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(UTF_8);
      exchange
          .getResponseHeaders()
          .set("Content-Type", body.startsWith("<") ? "text/xml" : "application/x-amz-json-1.1");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Path write(String file, String text) throws IOException {
    return Files.writeString(directory.resolve(file), text);
  }
}
