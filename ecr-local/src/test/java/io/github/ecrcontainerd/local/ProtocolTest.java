package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.send;
import static io.github.ecrcontainerd.local.RunningEcr.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the SDK never sends, and what it hides of the answers. */
class ProtocolTest {
  private static final String AUTHORIZATION =
      "AWS4-HMAC-SHA256 Credential=key/20260101/eu-west-1/ecr/aws4_request,"
          + " SignedHeaders=host, Signature=00";

  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  private HttpRequest.Builder request(String operation, String body) {
    return HttpRequest.newBuilder(ecr.server().endpoint())
        .header("Content-Type", "application/x-amz-json-1.1")
        .header("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921." + operation)
        .header("Authorization", AUTHORIZATION)
        .POST(BodyPublishers.ofString(body));
  }

  private static void assertError(HttpResponse<byte[]> response, String type) {
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(text(response)).contains("\"__type\":\"" + type + "\"").contains("\"message\":");
    assertThat(response.headers().firstValue("x-amzn-ErrorType")).hasValue(type);
    assertThat(response.headers().firstValue("x-amzn-RequestId")).isPresent();
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("application/x-amz-json-1.1");
  }

  @Test
  void answersASignedCall() throws Exception {
    var response = send(request("DescribeRepositories", "{}").build());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(text(response)).contains("\"repositoryName\":\"team/app\"").doesNotContain("null");
    assertThat(response.headers().firstValue("x-amzn-RequestId")).isPresent();
  }

  @Test
  void refusesACallWithoutASignature() throws Exception {
    var response =
        send(
            HttpRequest.newBuilder(ecr.server().endpoint())
                .header("Content-Type", "application/x-amz-json-1.1")
                .header("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories")
                .POST(BodyPublishers.ofString("{}"))
                .build());

    assertError(response, "MissingAuthenticationTokenException");
    assertThat(ecr.counters().requests()).isZero();
  }

  @Test
  void refusesAnOperationThatItDoesNotKnow() throws Exception {
    assertError(send(request("DropEverything", "{}").build()), "UnknownOperationException");
  }

  @Test
  void refusesWhatIsNoCall() throws Exception {
    var get = HttpRequest.newBuilder(ecr.server().endpoint()).build();
    var plain = request("ListImages", "{}").setHeader("Content-Type", "text/plain").build();

    assertError(send(get), "UnknownOperationException");
    assertError(send(plain), "UnknownOperationException");
  }

  @Test
  void refusesWhatIsNotTheJsonItShouldBe() throws Exception {
    for (String body : new String[] {"", "{", "null", "[]", "{\"imageIds\":7}"}) {
      assertError(send(request("BatchGetImage", body).build()), "SerializationException");
    }
  }

  @Test
  void refusesACallWithoutItsRequiredMembers() throws Exception {
    assertError(send(request("BatchGetImage", "{}").build()), "InvalidParameterException");
    assertError(
        send(
            request("BatchGetImage", "{\"repositoryName\":\"team/app\",\"imageIds\":[null]}")
                .build()),
        "InvalidParameterException");
  }

  @Test
  void ignoresMembersThatItDoesNotKnow() throws Exception {
    var response = send(request("DescribeRepositories", "{\"newMember\":{\"a\":[1]}}").build());

    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void readsALayerPartHoweverItsJsonIsWritten() throws Exception {
    byte[] part = {-1, -1, -1, 62, 63, 0, 1};
    String base64 = Base64.getEncoder().encodeToString(part);
    assertThat(base64).startsWith("////");
    String members = "\"repositoryName\":\"team/app\",\"partFirstByte\":0,\"partLastByte\":6";
    for (String blob :
        List.of(base64, base64.replace("/", "\\/"), base64.replace("/", "\\u002f"))) {
      for (String body :
          List.of(
              "{\"layerPartBlob\":\"%s\",%s,\"uploadId\":\"%s\"}",
              "{\"layerPartBlob\" : \"%s\" , %s , \"uploadId\" : \"%s\" }")) {
        String upload = ecr.beginUpload();

        var response =
            send(request("UploadLayerPart", body.formatted(blob, members, upload)).build());

        assertThat(text(response)).contains("\"lastByteReceived\":6");
        assertThat(ecr.layout().resolve(".ecr-local/uploads/" + upload)).hasBinaryContent(part);
      }
    }
    String upload = ecr.beginUpload();
    String last =
        "{%s,\"uploadId\":\"%s\",\"layerPartBlob\":\"%s\" \n }".formatted(members, upload, base64);
    assertThat(text(send(request("UploadLayerPart", last).build())))
        .contains("\"lastByteReceived\":6");
  }

  @Test
  void refusesALayerPartThatIsNoBase64() throws Exception {
    for (String body :
        List.of(
            "{\"layerPartBlob\":\"***\"}",
            "{\"layerPartBlob\":[1]}",
            "{\"layerPartBlob\":\"AAAA",
            "{\"layerPartBlob\":\"AAAA\"",
            "[]",
            "null")) {
      assertError(send(request("UploadLayerPart", body).build()), "SerializationException");
    }
  }

  @Test
  void refusesABodyThatIsLongerThanAnyCall() throws Exception {
    var response = send(request("ListImages", " ".repeat(33 << 20)).build());

    assertThat(response.statusCode()).isEqualTo(413);
  }

  @Test
  void answersRequestsThatDoNotWaitForEachOtherInTheirOrder() throws IOException {
    String call =
        """
        POST / HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/x-amz-json-1.1\r
        X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.%s\r
        Authorization: %s\r
        Content-Length: 2\r
        Connection: %s\r
        \r
        {}""";
    var endpoint = ecr.server().endpoint();
    try (var socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
      OutputStream out = socket.getOutputStream();
      String calls =
          call.formatted("DescribeRepositories", AUTHORIZATION, "keep-alive")
              + call.formatted("ListImages", AUTHORIZATION, "keep-alive")
              + call.formatted("GetAuthorizationToken", AUTHORIZATION, "close");
      out.write(calls.getBytes(StandardCharsets.UTF_8));
      InputStream in = socket.getInputStream();
      String answers = new String(in.readAllBytes(), StandardCharsets.UTF_8);

      assertThat(answers)
          .containsSubsequence(
              "\"repositories\"", "\"InvalidParameterException\"", "\"authorizationData\"");
    }
  }

  @Test
  void refusesWhatIsNotHttp() throws IOException {
    var endpoint = ecr.server().endpoint();
    try (var socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
      socket.getOutputStream().write("EHLO\r\n\r\n".getBytes(StandardCharsets.UTF_8));

      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 400 ");
    }
  }
}
