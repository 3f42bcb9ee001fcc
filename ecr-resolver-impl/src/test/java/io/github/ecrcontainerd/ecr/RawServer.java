package io.github.ecrcontainerd.ecr;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;

/**
 * A server whose answers are bytes, because no real HTTP server sends wrong ones. It closes each
 * connection after its answer.
 */
final class RawServer implements AutoCloseable {
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile @Nullable Answers answers;

  /** Answers one request. */
  interface Answers {
    /**
     * Writes the answer.
     *
     * @param request the head of the request
     */
    void answer(String request, OutputStream out) throws IOException;
  }

  RawServer() {
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var _ = threads.submit(this::accept);
  }

  void answers(Answers with) {
    answers = with;
  }

  String host() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** What a working registry answers. */
  String right(String request) {
    if (request.contains(".GetDownloadUrlForLayer\r\n")) {
      return "{\"downloadUrl\":\"http://%s/layer\"}".formatted(host());
    }
    return request.contains(".InitiateLayerUpload\r\n")
        ? "{\"uploadId\":\"1\",\"partSize\":5242880}"
        : "{}";
  }

  /** A resolver whose calls are not repeated. */
  EcrResolver resolver() {
    return builder("http://" + host()).build();
  }

  /** A builder of resolvers for an endpoint, whose calls are not repeated. */
  static EcrResolver.Builder builder(String endpoint) {
    return EcrResolver.builder()
        .endpointOverride(URI.create(endpoint))
        .credentialsProvider(StubRegistry.CREDENTIALS)
        .layerDownloadParallelism(1)
        .apiTimeout(Duration.ofSeconds(3))
        .clientConfiguration(
            ecr ->
                ecr.overrideConfiguration(sdk -> sdk.retryStrategy(AwsRetryStrategy.doNotRetry())));
  }

  static void json(OutputStream out, int status, byte[] body) throws IOException {
    write(
        out,
        "HTTP/1.1 %d x\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n\r\n"
            .formatted(status, body.length));
    out.write(body);
  }

  static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(ISO_8859_1));
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        var _ = threads.submit(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    Answers with = answers;
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          return;
        }
        head.append((char) next);
      }
      in.skipNBytes(lengthIn(head.toString()));
      if (with != null) {
        with.answer(head.toString(), client.getOutputStream());
      }
      client.shutdownOutput();
    } catch (IOException gone) {
      // The client has ended the connection, which is its right after such answers.
    }
  }

  private static int lengthIn(String head) {
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
        .map(line -> Integer.parseInt(line.substring("content-length:".length()).strip()))
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
