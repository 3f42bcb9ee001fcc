package io.github.ecrcontainerd.ecr;

import static io.github.ecrcontainerd.ecr.StubRegistry.REFERENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.fuzz.Fuzz;
import io.github.ecrcontainerd.fuzz.HostileJson;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import net.jqwik.api.Arbitrary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers that neither Amazon ECR nor its object storage gives, through the real HTTP client and
 * the real SDK.
 */
@Timeout(600)
class HostileAnswersTest {
  private static final Descriptor LAYER = Descriptor.of(MediaTypes.OCI_LAYER, StubRegistry.LAYER);

  private static final List<String> URLS =
      List.of(
          "\"http://a_b/layer\"",
          "\"http://[::1]:99999999/\"",
          "\"http://127.0.0.1:99999/\"",
          "\"http://127.0.0.1:-1/\"",
          "\"https://\"",
          "\"http:///x\"",
          "\"http:x\"",
          "\"file:///etc/passwd\"",
          "\"/layer\"");

  private static final List<String> WORDS =
      List.of(
          "null",
          "[]",
          "{}",
          "<html><body>Blocked</body></html>",
          "\"__type\":\"ServerException\",",
          "\"message\":\"\u001b]2;x\u0007\",",
          "http://[::1]:99999999/",
          "file:///etc/passwd",
          "\u0000",
          "\u00e4\ud83d\ude00",
          "[".repeat(3000));

  /** The right answer of a layer's host to a request for all of it. */
  private static final String PART =
      """
      HTTP/1.1 200 OK\r
      Content-Type: application/octet-stream\r
      Content-Length: 7\r
      Connection: close\r
      Retry-After: 1\r
      \r
      a layer\
      """;

  /** The end of a download, because it is not retried. */
  private static final String GONE =
      "HTTP/1.1 410 Gone\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

  private static final String URL = "{\"downloadUrl\":\"http://%s/layer?X-Amz-Signature=s3cret\"}";

  /** One use of a resolver. */
  private interface Use {
    void of(EcrResolver resolver) throws Exception;
  }

  /** Changes the answer of one operation. The changed ones arrive with status 200 or 400. */
  private static void check(String operation, List<String> answers, Use use) {
    check(operation, answers, seeds -> HostileJson.of(WORDS, seeds), use);
  }

  private static void check(
      String operation,
      List<String> answers,
      Function<String[], Arbitrary<byte[]>> changes,
      Use use) {
    byte[][] current = {new byte[0]};
    try (RawServer server = new RawServer();
        EcrResolver resolver = server.resolver()) {
      server.answers(
          (request, out) -> {
            boolean asked = request.contains("." + operation + "\r\n");
            if (request.startsWith("GET")) {
              RawServer.write(out, PART);
            } else if (asked) {
              RawServer.json(out, current[0].length % 8 == 7 ? 400 : 200, current[0]);
            } else {
              RawServer.json(out, 200, server.right(request).getBytes(UTF_8));
            }
          });
      String[] seeds =
          answers.stream()
              .map(answer -> answer.replace("%s", server.host()))
              .toArray(String[]::new);
      Fuzz.refusedBy(ResolverException.class)
          .oneOf(20)
          .check(
              changes.apply(seeds),
              input -> {
                current[0] = input;
                use.of(resolver);
              });
    }
  }

  @Test
  void manifestsAreReadOrRefused() {
    check(
        "BatchGetImage",
        List.of(
            "{\"images\":[{\"registryId\":\"123456789012\",\"imageId\":{\"imageTag\":\"1\"},"
                + "\"imageManifest\":\"{\\\"schemaVersion\\\":2}\",\"imageManifestMediaType\":\"%s\"}],"
                    .formatted(MediaTypes.OCI_MANIFEST)
                + "\"failures\":[]}",
            "{\"images\":[{\"imageId\":{},\"imageManifest\":\"{\\\"schemaVersion\\\":1,\\\"fsLayers\\\":[],"
                + "\\\"signatures\\\":[{\\\"protected\\\":\\\"eyJmb3JtYXRMZW5ndGgiOjF9\\\"}]}\"}]}",
            "{\"images\":[],\"failures\":[{\"failureCode\":\"ImageNotFound\",\"failureReason\":\"x\"}]}"),
        resolver -> {
          var _ = resolver.resolve(REFERENCE);
        });
  }

  @Test
  void urlsOfLayersAreFollowedOrRefused() {
    check(
        "GetDownloadUrlForLayer",
        List.of(
            "{\"downloadUrl\":\"http://%s/layer?X-Amz-Date=20261127T080000Z&X-Amz-Expires=3600\","
                + "\"layerDigest\":\"sha256:0\"}"),
        // A URL of a host that doesn't answer is retried for 20 s, so URLs change as a whole.
        seeds -> HostileJson.reshaped(URLS, seeds),
        HostileAnswersTest::read);
  }

  @Test
  void referrersAreListedOrRefused() {
    check(
        "ListImageReferrers",
        List.of(
            "{\"referrers\":[{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":7,\"artifactType\":\"c/d\","
                    .formatted(LAYER.digest())
                + "\"annotations\":{\"a\":\"b\"},\"artifactStatus\":\"ACTIVE\"}]}"),
        resolver -> {
          var _ = resolver.fetcher(REFERENCE).referrers(LAYER);
        });
  }

  @Test
  void uploadsEndOrAreRefused() {
    for (Map.Entry<String, String> each :
        Map.of(
                "BatchCheckLayerAvailability",
                "{\"layers\":[{\"layerDigest\":\"%s\",\"layerAvailability\":\"UNAVAILABLE\",\"layerSize\":7}],\"failures\":[]}"
                    .formatted(LAYER.digest()),
                "InitiateLayerUpload",
                "{\"uploadId\":\"1\",\"partSize\":5242880}",
                "UploadLayerPart",
                "{\"registryId\":\"1\",\"uploadId\":\"1\",\"lastByteReceived\":6}",
                "CompleteLayerUpload",
                "{\"layerDigest\":\"%s\"}".formatted(LAYER.digest()))
            .entrySet()) {
      check(
          each.getKey(),
          List.of(each.getValue()),
          resolver -> {
            var _ = resolver.pusher(REFERENCE).missing(List.of(LAYER));
            try (BlobWriter writer = resolver.pusher(REFERENCE).write(LAYER)) {
              writer.write(ByteBuffer.wrap(StubRegistry.LAYER));
              writer.commit();
            }
          });
    }
  }

  @Test
  void headersOfLayersAreBelievedOnlyIfTheyAreRight() {
    byte[][] current = {new byte[0]};
    int[] requests = {0};
    try (RawServer server = new RawServer();
        EcrResolver resolver = server.resolver()) {
      server.answers(
          (request, out) -> {
            if (request.startsWith("POST")) {
              RawServer.json(out, 200, URL.formatted(server.host()).getBytes(UTF_8));
            } else if (requests[0]++ == 0) {
              out.write(current[0]);
            } else {
              RawServer.write(out, GONE);
            }
          });
      // A refused answer is followed by a pause.
      Fuzz.refusedBy(ResolverException.class)
          .oneOf(200)
          .within(Duration.ofSeconds(30))
          .check(
              Fuzz.changed(
                  Fuzz.bytes(PART),
                  List.of(
                      "bytes 0-6/*",
                      "bytes 7-13/7",
                      "bytes 0-18446744073709551615/7",
                      "-1",
                      "99999999999999999999",
                      "Transfer-Encoding: chunked\r\n",
                      "Content-Length: 3\r\n",
                      "Retry-After: 99999999999\r\n",
                      "HTTP/1.1 100 Continue\r\n\r\n",
                      "X: " + "y".repeat(3000) + "\r\n")),
              input -> {
                current[0] = input;
                requests[0] = 0;
                try {
                  read(resolver);
                } catch (ResolverException e) {
                  assertThat(e).hasMessageNotContaining("s3cret");
                  throw e;
                }
              });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void anAnswerWithoutAnEndIsEnded(String method) {
    byte[] some = "<html>".repeat(10_000).getBytes(UTF_8);
    for (String status : List.of("404 Not Found", "200 OK")) {
      assertIsRefused(
          out -> {
            RawServer.write(
                out, "HTTP/1.1 %s\r\nContent-Length: 999999999999\r\n\r\n".formatted(status));
            while (true) {
              out.write(some);
            }
          },
          method);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void headersWithoutAnEndAreEnded(String method) {
    byte[] some = ("X: " + "y".repeat(1000) + "\r\n").repeat(60).getBytes(UTF_8);
    assertIsRefused(
        out -> {
          RawServer.write(out, "HTTP/1.1 200 OK\r\n");
          while (true) {
            out.write(some);
          }
        },
        method);
  }

  @Test
  void aListOfReferrersWithoutAnEndIsEnded() {
    try (RawServer server = new RawServer();
        EcrResolver resolver = server.resolver()) {
      server.answers(
          (request, out) ->
              RawServer.json(out, 200, "{\"referrers\":[],\"nextToken\":\"x\"}".getBytes(UTF_8)));
      assertThatThrownBy(() -> resolver.fetcher(REFERENCE).referrers(LAYER))
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining("more than 100 pages");
    }
  }

  @Test
  void aMessageOfMegabytesIsCut() {
    try (RawServer server = new RawServer();
        EcrResolver resolver = server.resolver()) {
      byte[] answer =
          "{\"__type\":\"InvalidParameterException\",\"message\":\"%s\"}"
              .formatted("x ".repeat(2 << 20))
              .getBytes(UTF_8);
      server.answers((request, out) -> RawServer.json(out, 400, answer));
      assertThatThrownBy(() -> resolver.resolve(REFERENCE))
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining("InvalidParameterException: x x x")
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(3000));
    }
  }

  /** The answer to the first request of a method. */
  private interface Answer {
    void to(OutputStream out) throws IOException;
  }

  private static void assertIsRefused(Answer answer, String method) {
    AtomicInteger requests = new AtomicInteger();
    try (RawServer server = new RawServer();
        EcrResolver resolver = server.resolver()) {
      server.answers(
          (request, out) -> {
            if (!request.startsWith(method)) {
              RawServer.json(out, 200, URL.formatted(server.host()).getBytes(UTF_8));
            } else if (requests.getAndIncrement() == 0) {
              answer.to(out);
            } else {
              RawServer.write(out, GONE);
            }
          });
      // The server, which is in this JVM, allocates next to nothing meanwhile.
      Fuzz.refusedBy(ResolverException.class)
          .within(Duration.ofSeconds(15))
          .allocating(256L << 20)
          .refuses(() -> read(resolver));
    }
  }

  private static void read(EcrResolver resolver) throws Exception {
    try (BlobReader reader = resolver.fetcher(REFERENCE).fetch(LAYER)) {
      while (reader.read() != null) {
        // Only the end matters.
      }
    }
  }
}
