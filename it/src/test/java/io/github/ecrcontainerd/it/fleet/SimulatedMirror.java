package io.github.ecrcontainerd.it.fleet;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * A mirror in virtual time, as an HTTP client for the real {@code Mirrors}: it has what some node
 * has pulled completely, as Spegel does.
 */
final class SimulatedMirror implements SdkHttpClient {
  private static final Duration ROUND_TRIP = Duration.ofMillis(5);

  private final VirtualTime time;
  private final Map<String, byte[]> manifests = new HashMap<>();
  private final Map<String, Descriptor> layers = new HashMap<>();
  private final Set<Digest> served = new HashSet<>();
  private int questions;

  SimulatedMirror(VirtualTime time) {
    this.time = time;
  }

  /** A node has this layer now. */
  void has(Descriptor layer) {
    layers.put("" + layer.digest(), layer);
  }

  /** A node has this document now. */
  void has(Descriptor document, byte[] content) {
    manifests.put("" + document.digest(), content);
  }

  /** A layer is downloaded from the mirror, at this rate. */
  void download(Descriptor layer, double bytesPerSecond) throws InterruptedException {
    served.add(layer.digest());
    time.sleep((long) (layer.size() / bytesPerSecond * 1e9));
  }

  /** The layers that it has served. */
  Set<Digest> served() {
    return served;
  }

  /** How many requests it has answered. */
  int questions() {
    return questions;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        try {
          time.sleep(ROUND_TRIP.toNanos());
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
        questions++;
        String path = request.httpRequest().encodedPath();
        String digest = path.substring(path.lastIndexOf('/') + 1);
        return request.httpRequest().method() == SdkHttpMethod.HEAD
            ? head(digest)
            : manifest(digest);
      }

      @Override
      public void abort() {}
    };
  }

  private HttpExecuteResponse head(String digest) {
    Descriptor layer = layers.get(digest);
    SdkHttpResponse.Builder answer =
        SdkHttpResponse.builder().statusCode(layer == null ? 404 : 200);
    if (layer != null) {
      answer.putHeader("Content-Length", "" + layer.size()).putHeader("Accept-Ranges", "bytes");
    }
    return HttpExecuteResponse.builder().response(answer.build()).build();
  }

  private HttpExecuteResponse manifest(String digest) {
    byte[] content = manifests.get(digest);
    if (content == null) {
      return HttpExecuteResponse.builder()
          .response(SdkHttpResponse.builder().statusCode(404).build())
          .build();
    }
    return HttpExecuteResponse.builder()
        .response(SdkHttpResponse.builder().statusCode(200).build())
        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(content)))
        .build();
  }

  @Override
  public void close() {}
}
