package io.github.ecrcontainerd.ecr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.retries.DefaultRetryStrategy;

/** Where the calls of a reference go: seen at the HTTP client, which sends nothing. */
@Timeout(30)
class ReferenceEndpointTest {
  private final Recorder http = new Recorder();

  private static final class Recorder implements SdkAsyncHttpClient {
    private final List<URI> asked = new CopyOnWriteArrayList<>();
    private boolean closed;

    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
      asked.add(request.request().getUri());
      IllegalStateException nowhere = new IllegalStateException("goes nowhere");
      request.responseHandler().onError(nowhere);
      return CompletableFuture.failedFuture(nowhere);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private EcrResolver.Builder resolver() {
    return EcrResolver.builder()
        .httpClient(http)
        .clientConfiguration(
            ecr ->
                ecr.overrideConfiguration(c -> c.retryStrategy(DefaultRetryStrategy.doNotRetry())))
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "key")));
  }

  private void ask(EcrResolver.Builder builder, String reference) {
    try (EcrResolver resolver = builder.build()) {
      assertThatThrownBy(() -> resolver.resolve(reference))
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining("goes nowhere");
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "dkr.ecr.us-west-2.amazonaws.com, api.ecr.us-west-2.amazonaws.com",
    "dkr.ecr-fips.us-west-2.amazonaws.com, api.ecr-fips.us-west-2.amazonaws.com",
    "dkr-ecr.us-west-2.on.aws, ecr.us-west-2.api.aws",
    "dkr-ecr-fips.us-west-2.on.aws, ecr-fips.us-west-2.api.aws",
    "dkr.ecr.us-west-99.amazonaws.com, api.ecr.us-west-99.amazonaws.com",
    "dkr.ecr.us-gov-west-1.amazonaws.com, api.ecr.us-gov-west-1.amazonaws.com",
    "dkr.ecr-fips.us-gov-west-1.amazonaws.com, api.ecr-fips.us-gov-west-1.amazonaws.com",
    "dkr.ecr.cn-north-1.amazonaws.com.cn, api.ecr.cn-north-1.amazonaws.com.cn",
    "dkr.ecr.cn-moon-7.amazonaws.com.cn, api.ecr.cn-moon-7.amazonaws.com.cn",
    "dkr-ecr.cn-north-1.on.amazonwebservices.com.cn, ecr.cn-north-1.api.amazonwebservices.com.cn",
    "dkr.ecr.eusc-de-east-1.amazonaws.eu, api.ecr.eusc-de-east-1.amazonaws.eu",
    "dkr.ecr.us-iso-east-1.c2s.ic.gov, api.ecr.us-iso-east-1.c2s.ic.gov",
    "dkr.ecr.us-isob-east-1.sc2s.sgov.gov, api.ecr.us-isob-east-1.sc2s.sgov.gov",
    "dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk, api.ecr.eu-isoe-west-1.cloud.adc-e.uk",
    "dkr.ecr.us-isof-south-1.csp.hci.ic.gov, api.ecr.us-isof-south-1.csp.hci.ic.gov",
  })
  void callsTheApiThroughTheKindOfEndpointThatAHostNames(String registry, String api) {
    ask(resolver(), "123456789012." + registry + "/app:1");
    assertThat(http.asked).extracting(URI::getHost).containsExactly(api);
    assertThat(http.asked).extracting(URI::getScheme).containsOnly("https");
  }

  @Test
  void callsTheStandardEndpointForTheCanonicalForm() {
    ask(resolver(), "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:1");
    assertThat(http.asked)
        .extracting(URI::getHost)
        .containsExactly("api.ecr.us-west-2.amazonaws.com");
  }

  @Test
  void callsTheEndpointOfAReferenceThatAProgramMade() {
    EcrReference made =
        new EcrReference(
            "aws",
            "us-west-2",
            "123456789012",
            "app",
            Optional.of("1"),
            Optional.empty(),
            EcrReference.Endpoint.FIPS);
    Descriptor manifest = Descriptor.of(MediaTypes.OCI_MANIFEST, new byte[1]);
    try (EcrResolver resolver = resolver().build()) {
      assertThatThrownBy(() -> resolver.resolve(made)).isInstanceOf(ResolverException.class);
      assertThatThrownBy(() -> resolver.fetcher(made).fetch(manifest))
          .isInstanceOf(ResolverException.class);
      assertThatThrownBy(() -> resolver.pusher(made).putManifest(manifest, new byte[1]))
          .isInstanceOf(ResolverException.class);
    }
    assertThat(http.asked)
        .hasSize(3)
        .extracting(URI::getHost)
        .containsOnly("api.ecr-fips.us-west-2.amazonaws.com");
  }

  @Test
  void keepsTheKindsOfOneRegionApart() {
    try (EcrResolver resolver = resolver().build()) {
      for (String host : List.of("dkr.ecr", "dkr.ecr-fips", "dkr.ecr")) {
        assertThatThrownBy(
                () ->
                    resolver.resolve(
                        "123456789012." + host + ".us-west-2.amazonaws.com/app:latest"))
            .isInstanceOf(ResolverException.class);
      }
    }
    assertThat(http.asked)
        .extracting(URI::getHost)
        .containsExactly(
            "api.ecr.us-west-2.amazonaws.com",
            "api.ecr-fips.us-west-2.amazonaws.com",
            "api.ecr.us-west-2.amazonaws.com");
  }

  @Test
  void callsAnEndpointThatIsSetForEveryKind() {
    URI set = URI.create("https://ecr.test:4430");
    for (String host :
        List.of("dkr.ecr.us-west-2.amazonaws.com", "dkr-ecr-fips.us-west-2.on.aws")) {
      ask(resolver().endpointOverride(set), "123456789012." + host + "/app:1");
      ask(
          resolver().clientConfiguration(ecr -> ecr.endpointOverride(set)),
          "123456789012." + host + "/app:1");
    }
    assertThat(http.asked).isNotEmpty().extracting(URI::getAuthority).containsOnly("ecr.test:4430");
  }

  @Test
  void followsTheSdkIntoNoOtherPartition() {
    try (EcrResolver resolver = resolver().build()) {
      assertThatThrownBy(
              () ->
                  resolver.resolve("ecr.aws/arn:aws:ecr:cn-north-1:123456789012:repository/app:1"))
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining("partition aws-cn, not in aws")
          .satisfies(failure -> assertThat(((ResolverException) failure).isRetryable()).isFalse());
    }
    assertThat(http.asked).isEmpty();
  }

  @Test
  void leavesAnHttpClientOpenThatIsNotItsOwn() {
    resolver().build().close();
    assertThat(http.closed).isFalse();
  }

  @Test
  void refusesAReferenceOfNeitherForm() {
    try (EcrResolver resolver = resolver().build()) {
      assertThatThrownBy(() -> resolver.fetcher("nginx"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(EcrReference.PREFIX);
    }
  }
}
