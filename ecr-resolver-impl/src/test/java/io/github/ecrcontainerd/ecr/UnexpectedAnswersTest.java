package io.github.ecrcontainerd.ecr;

import static io.github.ecrcontainerd.ecr.StubRegistry.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.ecr.StubRegistry.Answer;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;

/** What a call makes of answers, by a real HTTP server, the real SDK and its real HTTP client. */
@Timeout(60)
class UnexpectedAnswersTest {
  private static final String HTML = "<html><body>Blocked by your administrator</body></html>";

  private static ResolverException failureOf(Answer answer) {
    try (StubRegistry stub = new StubRegistry(operation -> answer)) {
      return failureOf(stub);
    }
  }

  private static ResolverException failureOf(StubRegistry stub) {
    try (EcrResolver resolver = stub.resolver().build()) {
      return org.junit.jupiter.api.Assertions.assertThrows(
          ResolverException.class, () -> resolver.resolve(REFERENCE));
    }
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "301 | text/html | HTML | INVALID_CONTENT | false",
        "301 | '' | '' | INVALID_CONTENT | false",
        "400 | text/html | HTML | INVALID_CONTENT | false",
        "400 | '' | '' | INVALID_CONTENT | false",
        "403 | text/html | HTML | DENIED | false",
        "403 | '' | '' | DENIED | false",
        "404 | text/html | HTML | INVALID_CONTENT | false",
        "404 | '' | '' | INVALID_CONTENT | false",
        "407 | '' | '' | DENIED | false",
        "429 | '' | '' | THROTTLED | true",
        "502 | text/html | HTML | UNAVAILABLE | true",
        "502 | '' | '' | UNAVAILABLE | true",
        "503 | '' | '' | UNAVAILABLE | true",
        "400 | application/x-amz-json-1.1 | {\"message\":\"no type\"} | INVALID_CONTENT | false",
        "400 | application/x-amz-json-1.1 | [] | INVALID_CONTENT | false",
        "500 | application/x-amz-json-1.1 | {} | UNAVAILABLE | true",
        "200 | text/html | HTML | INVALID_CONTENT | false",
      })
  void saysStatusAndHostOfAnAnswerThatIsNotAmazonEcrs(
      int status, String type, String body, Code code, boolean retryable) {
    Answer answer =
        new Answer(status, type.replace("''", ""), body.replace("HTML", HTML).replace("''", ""));
    try (StubRegistry stub = new StubRegistry(operation -> answer)) {
      ResolverException failure = failureOf(stub);

      assertThat(failure)
          .hasMessageStartingWith(
              "BatchGetImage of %s failed: %d from %s, not from Amazon ECR: "
                  .formatted(REFERENCE, status, stub.host()))
          .hasMessageNotContaining("\n")
          .hasMessageNotContaining("software.amazon")
          .hasMessageNotContaining("java.");
      assertThat(failure.code()).isEqualTo(code);
      assertThat(failure.isRetryable()).isEqualTo(retryable);
      assertThat(failure.operation()).isEqualTo("BatchGetImage");
    }
  }

  @ParameterizedTest
  @CsvSource({"''", "'{\"__type\":\"ServerException\"}'"})
  void repeatsACallThatFailedOnTheServersSideWithAndWithoutABody(String body) {
    try (StubRegistry stub = new StubRegistry(operation -> Answer.json(502, body))) {
      assertThat(failureOf(stub).isRetryable()).isTrue();
      assertThat(stub.operations()).hasSize(4).containsOnly("BatchGetImage");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, RepositoryNotFoundException, NOT_FOUND, false",
    "400, ImageTagAlreadyExistsException, CONFLICT, false",
    "400, AccessDeniedException, DENIED, false",
    "400, ExpiredTokenException, DENIED, false",
    "403, SomethingNew, DENIED, false",
    "400, InvalidParameterException, REJECTED, false",
    "500, ServerException, UNAVAILABLE, true",
  })
  void tellsWhatAmazonEcrSaid(int status, String name, Code code, boolean retryable) {
    ResolverException failure = failureOf(Answer.error(status, name));

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.isRetryable()).isEqualTo(retryable);
    assertThat(failure).hasMessageNotContaining("not from Amazon ECR");
  }

  @Test
  void makesAThrottledCallAgainForFourTimesTheTimeOfACall() {
    try (StubRegistry stub =
            new StubRegistry(operation -> Answer.error(400, "ThrottlingException"));
        EcrResolver resolver =
            withoutRetriesOfTheSdk(stub).apiTimeout(Duration.ofSeconds(1)).build()) {
      long began = System.nanoTime();

      assertThatThrownBy(() -> resolver.resolve(REFERENCE))
          .hasMessageContaining("ThrottlingException: said so")
          .asInstanceOf(InstanceOfAssertFactories.type(ResolverException.class))
          .satisfies(
              failure -> {
                assertThat(failure.code()).isEqualTo(Code.THROTTLED);
                assertThat(failure.isRetryable()).isTrue();
              });

      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(15));
    }
  }

  @Test
  void getsOverARegistryThatThrottlesForLongerThanTheSdkWaits() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Answer throttled = Answer.error(400, "ThrottlingException");
    try (StubRegistry working = StubRegistry.working();
        StubRegistry stub =
            new StubRegistry(
                operation ->
                    calls.incrementAndGet() < 7 ? throttled : working.rightAnswer(operation));
        EcrResolver resolver = withoutRetriesOfTheSdk(stub).build()) {
      assertThat(resolver.resolve(REFERENCE).document()).isPresent();
      assertThat(calls).hasValue(7);
    }
  }

  /** After the registry throttled, this process makes about one call a second. */
  @Test
  void theWaitForAQuotaCountsIntoTheTimeOfACall() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (StubRegistry stub =
            new StubRegistry(
                operation -> {
                  calls.incrementAndGet();
                  return Answer.error(400, "ThrottlingException");
                });
        EcrResolver resolver = stub.resolver().apiTimeout(Duration.ofSeconds(1)).build();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThatThrownBy(() -> resolver.resolve(REFERENCE)).hasMessageContaining("said so");
      int callsBefore = calls.get();
      long began = System.nanoTime();

      List<Future<Resolution>> waiting = new ArrayList<>();
      for (int caller = 0; caller < 20; caller++) {
        waiting.add(threads.submit(() -> resolver.resolve(REFERENCE)));
      }

      List<String> reasons = new ArrayList<>();
      for (Future<Resolution> each : waiting) {
        assertThatThrownBy(each::get)
            .cause()
            .isInstanceOfSatisfying(
                ResolverException.class,
                failure -> {
                  assertThat(failure.code()).isEqualTo(Code.THROTTLED);
                  assertThat(failure.isRetryable()).isTrue();
                  reasons.add(failure.getMessage());
                });
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(15));
      assertThat(calls.get() - callsBefore).as("calls that were sent").isLessThan(20);
      assertThat(reasons)
          .anyMatch(reason -> reason.endsWith("failed: ThrottlingException: Rate exceeded"));
    }
  }

  private static EcrResolver.Builder withoutRetriesOfTheSdk(StubRegistry stub) {
    return stub.resolver()
        .clientConfiguration(
            ecr ->
                ecr.overrideConfiguration(sdk -> sdk.retryStrategy(AwsRetryStrategy.doNotRetry())));
  }

  /** As after a connection that died without a sign, for example at a NAT gateway. */
  @Test
  void makesACallOnceMoreWhoseAnswerDoesNotCome() throws Exception {
    CountDownLatch requests = new CountDownLatch(2);
    try (StubRegistry working = StubRegistry.working();
        StubRegistry stub =
            new StubRegistry(
                operation -> {
                  requests.countDown();
                  try {
                    var _ = requests.await(20, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return working.rightAnswer(operation);
                });
        EcrResolver resolver = stub.resolver().apiTimeout(Duration.ofSeconds(10)).build()) {
      assertThat(resolver.resolve(REFERENCE).document()).isPresent();
      assertThat(stub.operations()).hasSize(2);
    }
  }

  /** A part has no time limit but that of its bytes, and a complete layer all of a call's time. */
  @Test
  void waitsForALayerThatTheRegistryReads() throws Exception {
    Duration limit = Duration.ofSeconds(4);
    Map<String, Duration> slow =
        Map.of(
            "UploadLayerPart", limit.plusSeconds(1), "CompleteLayerUpload", limit.minusSeconds(1));
    try (StubRegistry working = StubRegistry.working();
        StubRegistry stub =
            new StubRegistry(
                operation -> {
                  try {
                    Thread.sleep(slow.getOrDefault(operation, Duration.ZERO));
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return working.rightAnswer(operation);
                });
        EcrResolver resolver = stub.resolver().apiTimeout(limit).build();
        BlobWriter writer =
            resolver
                .pusher(REFERENCE)
                .write(
                    Descriptor.of(
                        MediaTypes.OCI_LAYER,
                        Digest.sha256(StubRegistry.LAYER),
                        StubRegistry.LAYER.length))) {
      writer.write(ByteBuffer.wrap(StubRegistry.LAYER));
      writer.commit();

      assertThat(stub.operations())
          .containsExactly("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload");
    }
  }

  @Test
  void namesTheHostThatTakesACallAndIsSilent() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        EcrResolver resolver =
            EcrResolver.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + silent.getLocalPort()))
                .credentialsProvider(StubRegistry.CREDENTIALS)
                .apiTimeout(Duration.ofSeconds(2))
                .build()) {
      long began = System.nanoTime();

      assertThatThrownBy(() -> resolver.resolve(REFERENCE))
          .hasMessageContaining(
              "no answer from 127.0.0.1:%d within the time limit of a call"
                  .formatted(silent.getLocalPort()))
          .asInstanceOf(InstanceOfAssertFactories.type(ResolverException.class))
          .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE));

      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(8));
    }
  }

  @Test
  void namesTheHostThatDoesNotAnswer() {
    String host;
    EcrResolver.Builder builder;
    try (StubRegistry stub = new StubRegistry(operation -> Answer.json(200, "{}"))) {
      host = stub.host();
      builder = stub.resolver();
    }
    try (EcrResolver resolver = builder.build()) {
      assertThatThrownBy(() -> resolver.resolve(REFERENCE))
          .hasMessageContaining("no answer from " + host + ": ")
          .asInstanceOf(InstanceOfAssertFactories.type(ResolverException.class))
          .satisfies(
              failure -> {
                assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
                assertThat(failure.isRetryable()).isTrue();
              });
    }
  }

  @Test
  void aChoiceOfCredentialsThatFailsIsAnErrorOfTheCall() {
    try (EcrResolver resolver =
        EcrResolver.builder()
            .credentialsProviders(
                reference -> {
                  throw new IllegalStateException("no account " + reference.account());
                })
            .build()) {
      assertThatThrownBy(() -> resolver.resolve(REFERENCE))
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining("no account 123456789012");
    }
  }

  @Test
  void saysThatThereAreNoCredentialsByWhoFailedAndNotByItsWords() {
    try (StubRegistry stub = new StubRegistry(operation -> Answer.json(200, "{}"));
        EcrResolver resolver =
            stub.resolver()
                .credentialsProvider(
                    () -> {
                      throw SdkClientException.create("nothing here");
                    })
                .build()) {
      assertThatThrownBy(() -> resolver.resolve(REFERENCE))
          .hasMessageContaining("no AWS credentials were found")
          .asInstanceOf(InstanceOfAssertFactories.type(ResolverException.class))
          .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.DENIED));
      assertThat(stub.operations()).isEmpty();
    }
  }

  @Test
  void doesNotTakeARefusalThatSpeaksOfCredentialsForMissingOnes() {
    assertThat(
            failureOf(
                Answer.json(
                    400,
                    "{\"__type\":\"InvalidParameterException\",\"message\":\"no credentials\"}")))
        .hasMessageContaining("InvalidParameterException: no credentials");
  }

  @Test
  void isClosedASecondTimeWithoutEffect() throws Exception {
    try (StubRegistry stub = new StubRegistry(operation -> Answer.error(400, "ServerException"));
        EcrResolver other = stub.resolver().build()) {
      EcrResolver resolver = stub.resolver().build();
      resolver.close();
      resolver.close();

      // The CRT's threads, which all resolvers share, are still there for the other one.
      assertThatThrownBy(() -> other.resolve(REFERENCE)).hasMessageContaining("ServerException");
      assertThat(stub.operations()).isEqualTo(List.of("BatchGetImage"));
    }
  }
}
