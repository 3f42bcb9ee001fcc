package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.bytes;
import static io.github.ecrcontainerd.local.RunningEcr.get;
import static io.github.ecrcontainerd.local.RunningEcr.send;
import static io.github.ecrcontainerd.local.RunningEcr.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.resolver.Digest;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerEndpointTest {
  private static final byte[] LAYER = bytes(1000);

  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  private Digest digest = Digest.sha256(LAYER);
  private URI url = URI.create("http://localhost");

  @BeforeEach
  void pushLayer() {
    digest = ecr.pushLayer(LAYER);
    url = ecr.urlOf(digest);
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static void assertXml(HttpResponse<byte[]> response, int status, String code) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(header(response, "Content-Type")).isEqualTo("application/xml");
    assertThat(header(response, "Content-Length")).isEqualTo("" + response.body().length);
    assertThat(text(response))
        .startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "<");
  }

  private URI with(String part, String replacement) {
    assertThat(url.toString()).containsPattern(part);
    return URI.create(url.toString().replaceFirst(part, replacement));
  }

  @Test
  void servesALayer() throws Exception {
    var response = get(url);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(LAYER);
    assertThat(header(response, "Content-Length")).isEqualTo("1000");
    assertThat(header(response, "Content-Type")).isEqualTo("application/octet-stream");
    assertThat(header(response, "Accept-Ranges")).isEqualTo("bytes");
    assertThat(header(response, "ETag")).isEqualTo("\"" + digest.hex() + "\"");
    assertThat(header(response, "Content-Range")).isEmpty();
  }

  @Test
  void saysInTheUrlWhenItExpires() {
    assertThat(url.getRawQuery())
        .matches(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=[^&]+&X-Amz-Date=\\d{8}T\\d{6}Z"
                + "&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=[0-9a-f]{64}");
    assertThat(url.toString()).startsWith(ecr.server().layerEndpoint().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 1",
    "bytes=10-19, 10, 20",
    "bytes=990-, 990, 1000",
    "bytes=0-999, 0, 1000",
    "bytes=500-2000, 500, 1000",
    "bytes=-1, 999, 1000",
    "bytes=-5000, 0, 1000",
  })
  void servesARange(String asked, int from, int to) throws Exception {
    var response = get(url, "Range", asked);

    assertThat(response.statusCode()).isEqualTo(206);
    assertThat(response.body()).isEqualTo(Arrays.copyOfRange(LAYER, from, to));
    assertThat(header(response, "Content-Range"))
        .isEqualTo("bytes %d-%d/1000".formatted(from, to - 1));
    assertThat(header(response, "Content-Length")).isEqualTo("" + (to - from));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=1000-", "bytes=1000-1001", "bytes=-0"})
  void refusesARangeBehindTheEnd(String asked) throws Exception {
    var response = get(url, "Range", asked);

    assertXml(response, 416, "InvalidRange");
    assertThat(header(response, "Content-Range")).isEqualTo("bytes */1000");
    assertThat(text(response)).contains("<ActualObjectSize>1000</ActualObjectSize>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=9-1",
        "bytes=a-b",
        "lines=1-2",
        "bytes=0-1,5-6",
        "bytes=-",
        "bytes=99999999999999999999-"
      })
  void ignoresWhatIsNoRange(String asked) throws Exception {
    var response = get(url, "Range", asked);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(LAYER);
  }

  /** The method is signed. */
  @Test
  void refusesHeadOfAUrlForGet() throws Exception {
    var head = send(HttpRequest.newBuilder(url).method("HEAD", BodyPublishers.noBody()).build());

    assertThat(head.statusCode()).isEqualTo(403);
    assertThat(head.body()).isEmpty();
    assertThat(ecr.counters().layerTransfers()).isEmpty();
  }

  @Test
  void keepsToConditionsOnTheETag() throws Exception {
    String etag = "\"" + digest.hex() + "\"";

    assertThat(get(url, "If-Match", "\"other\", " + etag).statusCode()).isEqualTo(200);
    assertXml(get(url, "If-Match", "\"other\""), 412, "PreconditionFailed");
    assertThat(get(url, "If-None-Match", "\"other\"").body()).isEqualTo(LAYER);
    var same = get(url, "If-None-Match", etag);
    assertThat(same.statusCode()).isEqualTo(304);
    assertThat(same.body()).isEmpty();
    assertThat(header(same, "ETag")).isEqualTo(etag);
  }

  @Test
  void answersHeadOfABadUrlWithoutABody() throws Exception {
    var head =
        send(
            HttpRequest.newBuilder(with("Signature=.", "Signature=x"))
                .method("HEAD", BodyPublishers.noBody())
                .build());

    assertThat(head.statusCode()).isEqualTo(403);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void servesAnEmptyBlob() throws Exception {
    Digest empty = Digest.sha256(new byte[0]);
    Files.createFile(ecr.layout().resolve("blobs/sha256/" + empty.hex()));
    URI emptyUrl = ecr.urlOf(empty);

    assertThat(get(emptyUrl).body()).isEmpty();
    assertXml(get(emptyUrl, "Range", "bytes=0-"), 416, "InvalidRange");
  }

  @Test
  void refusesAUrlThatWasTamperedWith() throws Exception {
    assertXml(get(with("Expires=3600", "Expires=3601")), 403, "SignatureDoesNotMatch");
    assertXml(get(with("Date=2", "Date=3")), 403, "SignatureDoesNotMatch");
    assertXml(get(with("team/app", "team/apx")), 403, "SignatureDoesNotMatch");
    assertXml(get(with("$", "&more=1")), 403, "SignatureDoesNotMatch");
    assertXml(get(with("&X-Amz-Signature=.*", "")), 403, "AccessDenied");
  }

  @Test
  void takesAUrlThatAClientWroteAnew() throws Exception {
    String[] parameters = url.getRawQuery().replace("%2F", "/").split("&", -1);
    var reversed = Arrays.asList(parameters).reversed();
    URI same = URI.create(url.toString().split("\\?", -1)[0] + "?" + String.join("&", reversed));

    assertThat(get(same).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesAUrlWhoseTimeIsOver() throws Exception {
    ecr.conditions().urlLifetime(Duration.ofSeconds(60));
    URI shortLived = ecr.urlOf(digest);
    ecr.passSeconds(59);
    assertThat(get(shortLived).statusCode()).isEqualTo(200);
    ecr.passSeconds(1);

    var response = get(shortLived);

    assertXml(response, 403, "AccessDenied");
    assertThat(text(response))
        .contains("<Message>Request has expired</Message><X-Amz-Expires>60</X-Amz-Expires>");
    assertThat(get(url).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesAUrlOfAnotherServer() throws Exception {
    String path = url.getRawPath() + "?" + url.getRawQuery();
    ecr.restart();

    assertXml(get(ecr.server().layerEndpoint().resolve(path)), 403, "SignatureDoesNotMatch");
  }

  @Test
  void saysThatALayerIsGone() throws Exception {
    Files.delete(ecr.layout().resolve("blobs/sha256/" + digest.hex()));

    var response = get(url);

    assertXml(response, 404, "NoSuchKey");
    assertThat(text(response)).contains("<Key>team/app/blobs/sha256/" + digest.hex() + "</Key>");
  }

  @Test
  void takesNoOtherMethod() throws Exception {
    assertXml(send(HttpRequest.newBuilder(url).DELETE().build()), 405, "MethodNotAllowed");
  }

  @Test
  void usesOneConnectionForManyRequests() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(get(url, "Range", "bytes=1-" + i).statusCode()).isIn(200, 206);
    }

    assertThat(ecr.counters().mostLayerConnections()).isEqualTo(1);
  }
}
