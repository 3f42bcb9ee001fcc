package io.github.ecrcontainerd.containerd.fuzz;

import static io.github.ecrcontainerd.containerd.fuzz.LyingDaemon.CONTINUATION;
import static io.github.ecrcontainerd.containerd.fuzz.LyingDaemon.END_HEADERS;
import static io.github.ecrcontainerd.containerd.fuzz.LyingDaemon.END_STREAM;
import static io.github.ecrcontainerd.containerd.fuzz.LyingDaemon.GOAWAY;
import static io.github.ecrcontainerd.containerd.fuzz.LyingDaemon.HEADERS;
import static io.github.ecrcontainerd.containerd.fuzz.LyingDaemon.bytesOf;
import static io.github.ecrcontainerd.containerd.fuzz.LyingDaemon.field;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.internal.proto.content.Info;
import io.github.ecrcontainerd.containerd.internal.proto.content.ListContentResponse;
import io.github.ecrcontainerd.containerd.internal.proto.content.ReadContentResponse;
import io.github.ecrcontainerd.containerd.internal.proto.images.Image;
import io.github.ecrcontainerd.containerd.internal.proto.images.ListImagesResponse;
import io.github.ecrcontainerd.containerd.internal.proto.types.Descriptor;
import io.github.ecrcontainerd.fuzz.Fuzz;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers that no containerd gives. */
@Timeout(120)
class HostileDaemonTest {
  private static final Digest DIGEST = Digest.sha256(new byte[0]);

  private static final List<String> WORDS =
      List.of(
          "\u0000",
          "\u007f",
          "sha256:",
          "\u001b]2;x\u0007",
          "\u00ff\u00ff\u00ff\u00ff\u007f",
          "-1");

  @TempDir private Path directory;
  private LyingDaemon daemon;
  private ContainerdClient client;

  @BeforeEach
  void connect() throws IOException {
    daemon = new LyingDaemon(directory.resolve("s"));
    client = connected(Duration.ofSeconds(2));
  }

  private ContainerdClient connected(Duration deadline) {
    return ContainerdClient.builder().address(directory.resolve("s")).deadline(deadline).build();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    daemon.close();
  }

  private static Fuzz refused() {
    return Fuzz.refusedBy(ContainerdException.class).within(Duration.ofSeconds(10));
  }

  private static byte[] images() {
    return ListImagesResponse.newBuilder()
        .addImages(
            Image.newBuilder()
                .setName("app")
                .putLabels("a", "b")
                .setTarget(
                    Descriptor.newBuilder()
                        .setMediaType("a/b")
                        .setDigest(DIGEST.toString())
                        .setSize(7))
                .setCreatedAt(Timestamp.newBuilder().setSeconds(1).setNanos(5))
                .setUpdatedAt(Timestamp.newBuilder().setSeconds(2)))
        .build()
        .toByteArray();
  }

  @Test
  void messagesAreReadOrRefused() {
    byte[][] current = {images()};
    daemon.answers(
        (stream, out) -> {
          out.head(stream);
          out.message(stream, current[0]);
          out.end(stream, "0", "");
        });
    refused()
        .check(
            Fuzz.changed(List.of(current[0]), WORDS),
            input -> {
              current[0] = input;
              var _ = client.images().list();
            });
  }

  @Test
  void listsOfContentAreReadOrRefused() {
    byte[] right =
        ListContentResponse.newBuilder()
            .addInfo(
                Info.newBuilder()
                    .setDigest(DIGEST.toString())
                    .setSize(7)
                    .setCreatedAt(Timestamp.newBuilder().setSeconds(1)))
            .build()
            .toByteArray();
    byte[][] current = {right};
    daemon.answers(
        (stream, out) -> {
          out.head(stream);
          out.message(stream, current[0]);
          out.message(stream, right);
          out.end(stream, "0", "");
        });
    refused()
        .check(
            Fuzz.changed(List.of(right), WORDS),
            input -> {
              current[0] = input;
              var _ = client.content().list();
            });
  }

  @Test
  void statusesAndFramesAreErrors() {
    byte[][] current = {new byte[0]};
    daemon.answers((stream, out) -> out.bytes(current[0]));
    try (ContainerdClient hasty = connected(Duration.ofMillis(300))) {
      refused()
          // A frame of another stream is no answer, and the call's deadline ends it.
          .oneOf(100)
          .oneSided()
          .check(
              Fuzz.changed(
                  List.of(
                      bytesOf("\u0000\u0000\u0001\u0001\u0005\u0000\u0000\u0000\u0003\u0088"),
                      bytesOf("HTTP/1.1 400 Bad Request\r\n\r\n<html>"),
                      bytesOf(
                          "\u0000\u0000\u0004\u0003\u0000\u0000\u0000\u0000\u0003\u0000\u0000\u0000\u0002")),
                  WORDS),
              input -> {
                current[0] = input;
                var _ = hasty.images().list();
              });
    }
  }

  @Test
  void aHostileTextOfAStatusIsOneLine() {
    for (String status : List.of("2", "5", "14", "99", "-1", "x", "")) {
      daemon.answers(
          (stream, out) -> {
            out.head(stream);
            out.end(stream, status, "evil%1B]2;x%07%0A%C2%9B" + "y".repeat(5000));
          });
      refused()
          .refuses(
              () -> {
                var _ = client.images().list();
              });
    }
  }

  @Test
  void messagesOfMoreThan16MebibytesAreRefused() {
    daemon.answers(
        (stream, out) -> {
          out.head(stream);
          // Its length alone: 2 GiB.
          out.frame(LyingDaemon.DATA, 0, stream, new byte[] {0, 0x7f, -1, -1, -1});
          out.end(stream, "0", "");
        });
    refused()
        .allocating(8 << 20)
        .refuses(
            () -> {
              var _ = client.images().list();
            });
  }

  /** The call ends. What gRPC's transport has of the headers is freed with the client. */
  @Test
  void aCallEndsThoughItsHeadersHaveNoEnd() {
    byte[] some = bytesOf(field("x", "y".repeat(1000)).repeat(10));
    daemon.answers(
        (stream, out) -> {
          out.frame(HEADERS, 0, stream, bytesOf("\u0088"));
          while (true) {
            out.frame(CONTINUATION, 0, stream, some);
          }
        });
    refused()
        .allocating(Long.MAX_VALUE)
        .refuses(
            () -> {
              var _ = client.images().list();
            });
  }

  @Test
  void aListWithoutAnEndIsEnded() {
    byte[] page =
        ListContentResponse.newBuilder()
            .addInfo(
                Info.newBuilder().setDigest(DIGEST.toString()).putLabels("a", "x".repeat(1 << 20)))
            .build()
            .toByteArray();
    daemon.answers(
        (stream, out) -> {
          out.head(stream);
          while (true) {
            out.message(stream, page);
          }
        });
    refused()
        .allocating(1L << 30)
        .refuses(
            () -> {
              var _ = client.content().list();
            });
  }

  @Test
  void contentWithoutAnEndIsEndedAtTheLimitOfItsReader() {
    byte[] some =
        ReadContentResponse.newBuilder()
            .setData(com.google.protobuf.ByteString.copyFrom(new byte[1 << 20]))
            .build()
            .toByteArray();
    daemon.answers(
        (stream, out) -> {
          out.head(stream);
          while (true) {
            out.message(stream, some);
          }
        });
    refused()
        .allocating(128 << 20)
        .refuses(
            () -> {
              var _ = client.content().readAll(DIGEST, 4 << 20);
            });
  }

  @Test
  void aConnectionThatIsGivenUpIsOneErrorAndTheNextCallMakesAnother() throws Exception {
    int[] requests = {0};
    byte[] right = images();
    daemon.answers(
        (stream, out) -> {
          if (requests[0]++ == 0) {
            // No stream was processed, and the reason is a text that a terminal would obey.
            out.frame(
                GOAWAY,
                0,
                0,
                bytesOf("\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0002\u001b]2;x\u0007"));
            throw new IOException("the connection ends");
          }
          out.head(stream);
          out.message(stream, right);
          out.end(stream, "0", "");
        });
    refused()
        .refuses(
            () -> {
              var _ = client.images().list();
            });
    assertThat(client.images().list()).hasSize(1);
  }

  @Test
  void anAnswerWithoutAMessageIsAnError() {
    daemon.answers(
        (stream, out) -> {
          out.head(stream);
          out.frame(HEADERS, END_HEADERS | END_STREAM, stream, bytesOf(field("grpc-status", "0")));
        });
    refused()
        .refuses(
            () -> {
              var _ = client.images().list();
            });
  }
}
