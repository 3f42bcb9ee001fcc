package io.github.ecrcontainerd.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over TLS the server is the same, to the JDK's HTTP client that trusts its authority alone. */
@Timeout(60)
class TlsTest {
  /** Some pieces of a transfer, and a part of one. */
  private static final byte[] LAYER = RunningEcr.bytes(600_000);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void servesALayerWholeAndInRanges(String version) throws Exception {
    try (EcrLocal ecr = EcrLocal.builder().directory(directory).createOnPush(true).tls().start();
        HttpClient client = trusting(ecr, version)) {
      URI url = pushedLayer(ecr, client);

      assertThat(url).hasScheme("https");
      assertThat(get(client, url, "bytes=0-").body()).isEqualTo(LAYER);
      HttpResponse<byte[]> range = get(client, url, "bytes=1000-299999");
      assertThat(range.statusCode()).isEqualTo(206);
      assertThat(range.body()).isEqualTo(Arrays.copyOfRange(LAYER, 1000, 300_000));
      assertThat(range.sslSession().orElseThrow().getProtocol()).isEqualTo(version);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "reset"})
  void breaksATransferWhereAFaultSaysSo(String fault) throws Exception {
    try (EcrLocal ecr = EcrLocal.builder().directory(directory).createOnPush(true).tls().start();
        HttpClient client = trusting(ecr, "TLSv1.3")) {
      URI url = pushedLayer(ecr, client);
      ecr.conditions()
          .layerFaults(
              request ->
                  fault.equals("close")
                      ? LayerFault.closeAfter(300_000)
                      : LayerFault.resetAfter(300_000));

      assertThatThrownBy(() -> get(client, url, "bytes=0-")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void namesThisMachineInEveryWay() throws Exception {
    try (EcrLocal ecr =
            EcrLocal.builder().directory(directory).publicHost("registry.test").tls().start();
        HttpClient client = trusting(ecr, "TLSv1.3")) {
      int port = ecr.endpoint().getPort();

      assertThat(ecr.endpoint()).isEqualTo(URI.create("https://registry.test:" + port));
      assertThat(get(client, URI.create("https://127.0.0.1:" + port), "").statusCode())
          .isEqualTo(400);
      assertThat(get(client, URI.create("https://localhost:" + port), "").statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void isNotTrustedByWhoDoesntKnowItsAuthority() throws Exception {
    try (EcrLocal ecr = EcrLocal.builder().directory(directory).tls().start();
        HttpClient client = HttpClient.newHttpClient()) {
      assertThatThrownBy(() -> get(client, ecr.endpoint(), ""))
          .isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void refusesFilesThatAreNoCertificateWithItsKey() throws Exception {
    Path file = Files.writeString(directory.resolve("no.pem"), "nothing");

    assertThatThrownBy(() -> EcrLocal.builder().tls(file, file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("are not a certificate and its key");
  }

  private static URI pushedLayer(EcrLocal ecr, HttpClient client) throws Exception {
    String upload = call(ecr, client, "InitiateLayerUpload", "");
    String id = upload.replaceFirst("(?s).*\"uploadId\" *: *\"([^\"]+)\".*", "$1");
    call(
        ecr,
        client,
        "UploadLayerPart",
        ",\"uploadId\":\"%s\",\"partFirstByte\":0,\"partLastByte\":%d,\"layerPartBlob\":\"%s\""
            .formatted(id, LAYER.length - 1, Base64.getEncoder().encodeToString(LAYER)));
    call(
        ecr,
        client,
        "CompleteLayerUpload",
        ",\"uploadId\":\"%s\",\"layerDigests\":[\"%s\"]".formatted(id, Digest.sha256(LAYER)));
    String answer =
        call(
            ecr,
            client,
            "GetDownloadUrlForLayer",
            ",\"layerDigest\":\"%s\"".formatted(Digest.sha256(LAYER)));
    return URI.create(answer.replaceFirst("(?s).*\"downloadUrl\" *: *\"([^\"]+)\".*", "$1"));
  }

  private static String call(EcrLocal ecr, HttpClient client, String operation, String more)
      throws Exception {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(ecr.endpoint())
                .header("Content-Type", "application/x-amz-json-1.1")
                .header("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921." + operation)
                .header(
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=a/20260101/us-west-2/ecr/aws4_request,"
                        + " SignedHeaders=host, Signature=00")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"repositoryName\":\"app\"%s}".formatted(more)))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private static HttpResponse<byte[]> get(HttpClient client, URI url, String range)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(url);
    if (!range.isEmpty()) {
      request.header("Range", range);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static HttpClient trusting(EcrLocal ecr, String version) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry(
        "authority",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(
                    ecr.certificateAuthority().orElseThrow().getBytes(UTF_8))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance(version);
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_1_1).build();
  }
}
