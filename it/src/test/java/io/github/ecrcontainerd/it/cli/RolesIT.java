package io.github.ecrcontainerd.it.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.it.support.HttpProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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
  @TempDir Path directory;
  private AwsHosts hosts;
  private AwsEnvironment environment;

  // They are there from before a test to its end.
  @SuppressWarnings("NullAway")
  RolesIT() {}

  @BeforeEach
  void start() throws Exception {
    hosts = new AwsHosts(directory);
    environment = new AwsEnvironment(Files.createDirectory(directory.resolve("home")));
    environment.set(hosts.environment());
  }

  @AfterEach
  void stop() throws IOException {
    hosts.close();
  }

  /** As EKS gives a pod its role (IRSA). */
  @Test
  void ofAWebIdentityInTheEnvironment() throws Exception {
    webIdentity();

    assertSignAsTheAwsCliDoes(List.of("none", "AKIAWEB"));
  }

  @Test
  void ofAWebIdentityInAProfile() throws Exception {
    environment.write(
        ".aws/config",
        "[profile pod]\nrole_arn=%s\nweb_identity_token_file=%s\n"
            .formatted(AwsHosts.ROLE, environment.write("token", "of-the-pod")));

    assertSignAsTheAwsCliDoes(List.of("none", "AKIAWEB"), "--profile", "pod");
  }

  @Test
  void ofARoleThatAnotherProfileMayTake() throws Exception {
    environment.write(
        ".aws/credentials", "[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=x\n");
    environment.write(
        ".aws/config",
        "[profile role]\nrole_arn=%s\nsource_profile=base\n".formatted(AwsHosts.ROLE));

    assertSignAsTheAwsCliDoes(List.of("AKIABASE", "AKIAROLE"), "--profile", "role");
  }

  @Test
  void ofARoleThatTheEnvironmentsKeysMayTake() throws Exception {
    environment.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    environment.set("AWS_SECRET_ACCESS_KEY", "x");
    environment.write(
        ".aws/config",
        "[profile role]\nrole_arn=%s\ncredential_source=Environment\n".formatted(AwsHosts.ROLE));

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

    environment.askByEcr("--profile", "person");
    assertThat(hosts.takeKeys()).containsExactly("none", "none", "AKIASSO");
    assertThat(hosts.wasAsked("oidc.us-west-2.amazonaws.com")).isTrue();
  }

  @Test
  void ofIdentityCenterInAProfileOfTheOlderForm() throws Exception {
    environment.write(
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

  /** The AWS CLI of Debian is older than {@code aws login}: the form of its files is the SDK's. */
  @Test
  void ofALogin() throws Exception {
    writeLogin(Instant.now().plus(Duration.ofHours(1)));

    environment.askByEcr("--profile", "person");
    assertThat(hosts.takeKeys()).containsExactly("AKIALOGIN");
  }

  @Test
  void ofALoginThatIsRenewed() throws Exception {
    writeLogin(Instant.now().minus(Duration.ofMinutes(1)));

    environment.askByEcr("--profile", "person");
    assertThat(hosts.takeKeys()).containsExactly("none", "AKIALOGIN");
    assertThat(hosts.wasAsked("us-west-2.signin.aws.amazon.com")).isTrue();
  }

  @Test
  void aLoginThatIsOverIsNamed() throws Exception {
    writeLogin(Instant.now().minus(Duration.ofMinutes(1)));
    hosts.issuer(
        (host, form, exchange) ->
            Exchanges.answer(
                exchange,
                400,
                "{\"error\":\"TOKEN_EXPIRED\",\"message\":\"The refresh token has expired\"}"));

    assertRefused(List.of("--profile", "person"), "profile person: ");
  }

  /** All these tests go through a proxy that asks for a login; this one speaks TLS itself. */
  @Test
  void throughAProxyThatSpeaksTls() throws Exception {
    try (HttpProxy proxy = HttpProxy.overTls(hosts.certificate(), hosts::serverOf)) {
      environment.set("HTTPS_PROXY", proxy.url());
      webIdentity();

      assertSignAsTheAwsCliDoes(List.of("none", "AKIAWEB"));
      assertThat(proxy.seen()).hasSizeGreaterThanOrEqualTo(4);
    }
  }

  @Test
  void aSessionWithoutATokenIsNamed() throws Exception {
    writeSession();

    assertRefused(List.of("--profile", "person"), "profile person: ");
  }

  @Test
  void theReasonOfARoleThatIsRefusedIsTold() throws Exception {
    webIdentity();
    hosts.issuer(
        (host, form, exchange) ->
            Exchanges.answer(
                exchange,
                403,
                """
                <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
                <Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>
                </Error><RequestId>1</RequestId></ErrorResponse>
                """));

    assertRefused(
        List.of(), "web identity: ", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }

  @Test
  void aGatewayThatAnswersHtmlForStsIsAnErrorAtOnce() throws Exception {
    webIdentity();
    hosts.issuer(
        (host, form, exchange) ->
            Exchanges.answer(exchange, 502, "<html><body><h1>Bad Gateway</h1></body></html>"));

    assertRefused(List.of(), "web identity: ", "502");
  }

  @Test
  void anStsThatIsSilentIsAnErrorInTime() throws Exception {
    webIdentity();
    hosts.silentIssuer();

    assertRefused(List.of(), "web identity: ", "no answer from sts.");
  }

  /** Keys are asked for again some time before they end, and these are always as near to it. */
  @Test
  void keysThatEndMeanwhileAreRenewed() throws Exception {
    webIdentity();
    AtomicInteger issued = new AtomicInteger();
    hosts.issuer(
        (host, form, exchange) -> {
          issued.incrementAndGet();
          AwsHosts.issue(Duration.ofSeconds(20), form, exchange);
        });
    try (LocalEcr ecr = LocalEcr.openOverTls(hosts.certificate())) {
      hosts.registry(ecr.server().endpoint());
      OciLayout layout = ecr.repository("source");
      NoiseImage.tag(
          layout,
          "1",
          List.of(NoiseImage.layer(layout, 1, 1 << 20), NoiseImage.layer(layout, 2, 1 << 20)));
      OciLayout copied = ecr.repository("copied");

      Ended ended =
          environment
              .ecr()
              .run("copy", "--direct", ecr.reference("source", "1"), ecr.reference("copied", "1"));

      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(copied.directory().resolve("index.json")).exists();
      assertThat(issued).hasValueGreaterThan(2);
    }
  }

  private void webIdentity() throws IOException {
    environment.set("AWS_ROLE_ARN", AwsHosts.ROLE);
    environment.set(
        "AWS_WEB_IDENTITY_TOKEN_FILE", environment.write("token", "of-the-pod").toString());
  }

  private void writeSession() throws IOException {
    environment.write(
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
    environment.write(
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

  /** Writes what {@code aws login} keeps, with a key of openssl's. */
  private void writeLogin(Instant until) throws IOException, GeneralSecurityException {
    environment.write(".aws/config", "[profile person]\nlogin_session=" + AwsHosts.LOGIN + "\n");
    String key =
        Command.run(List.of("openssl", "ecparam", "-genkey", "-name", "prime256v1", "-noout"));
    MessageDigest hash = MessageDigest.getInstance("SHA-256");
    environment.write(
        ".aws/login/cache/"
            + HexFormat.of().formatHex(hash.digest(AwsHosts.LOGIN.getBytes(UTF_8)))
            + ".json",
        """
        {"accessToken":{"accessKeyId":"AKIALOGIN","secretAccessKey":"x","sessionToken":"t",
        "accountId":"123456789012","expiresAt":"%s"},"tokenType":"aws_sigv4",
        "clientId":"arn:aws:signin:::devtools/same-device","refreshToken":"of-the-person",
        "idToken":"i","dpopKey":"%s"}
        """
            .formatted(until.truncatedTo(ChronoUnit.SECONDS), key.replace("\n", "\\n")));
  }

  private void assertSignAsTheAwsCliDoes(List<String> expected, String... options)
      throws Exception {
    environment.askByTheAwsCli(options);
    assertThat(hosts.takeKeys()).as("the AWS CLI").isEqualTo(expected);
    environment.askByEcr(options);
    assertThat(hosts.takeKeys()).as("ecr").isEqualTo(expected);
  }

  private void assertRefused(List<String> options, String... words) throws InterruptedException {
    environment.assertRefused(options, words);
    assertThat(hosts.wasAsked("api.ecr.us-west-2.amazonaws.com")).isFalse();
  }
}
