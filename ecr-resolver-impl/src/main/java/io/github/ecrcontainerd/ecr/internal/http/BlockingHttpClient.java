package io.github.ecrcontainerd.ecr.internal.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;

/** A blocking client for an API with short requests and answers, which are completely in memory. */
public final class BlockingHttpClient implements SdkHttpClient {
  /**
   * The time limit of a request with its answer. The SDK's three tries fit into the 30 s that an
   * API call may take.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private static final int LARGEST_ANSWER = 1 << 20;

  private final SdkAsyncHttpClient client;
  private final Duration patience;
  private final int largestAnswer;
  private final Runnable atClose;

  private BlockingHttpClient(
      SdkAsyncHttpClient client, Duration patience, int largestAnswer, Runnable atClose) {
    this.client = client;
    this.patience = patience;
    this.largestAnswer = largestAnswer;
    this.atClose = atClose;
  }

  /**
   * Uses a client that its owner closes.
   *
   * @param patience the time limit of a request with its answer
   * @param largestAnswer how many bytes an answer may have
   */
  public static BlockingHttpClient over(
      SdkAsyncHttpClient client, Duration patience, int largestAnswer) {
    return new BlockingHttpClient(client, patience, largestAnswer, () -> {});
  }

  /** Opens a client with this process's proxy settings. */
  public static BlockingHttpClient open() {
    CrtThreads.keep();
    SdkAsyncHttpClient owned = HttpClients.forShortCalls(ProxySettings.ofThisProcess(), PATIENCE);
    return new BlockingHttpClient(
        owned,
        PATIENCE,
        LARGEST_ANSWER,
        () -> {
          owned.close();
          CrtThreads.release();
        });
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new Call(request);
  }

  @Override
  public String clientName() {
    return "ecr-containerd";
  }

  @Override
  public void close() {
    atClose.run();
  }

  /** One request, which is sent once. */
  private final class Call implements ExecutableHttpRequest {
    private final HttpExecuteRequest request;
    private final CompletableFuture<HttpExecuteResponse> answer = new CompletableFuture<>();

    Call(HttpExecuteRequest request) {
      this.request = request;
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      SdkHttpRequest head = request.httpRequest();
      Answer arriving = new Answer(answer, largestAnswer);
      CompletableFuture<Void> sent =
          client.execute(
              AsyncExecuteRequest.builder()
                  .request(head)
                  .requestContentPublisher(new Body(content()))
                  .responseHandler(arriving)
                  .build());
      try {
        return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw failure(e.getCause());
      } catch (TimeoutException e) {
        throw new IOException(
            "no answer from %s within %d s".formatted(head.host(), patience.toSeconds()), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException ended = new InterruptedIOException("interrupted");
        ended.initCause(e);
        throw ended;
      } finally {
        sent.cancel(true);
      }
    }

    private byte[] content() throws IOException {
      if (request.contentStreamProvider().isEmpty()) {
        return new byte[0];
      }
      try (InputStream content = request.contentStreamProvider().get().newStream()) {
        return content.readAllBytes();
      }
    }

    /** Rethrows failures that a retry can't fix. The SDK retries after an IOException. */
    private static IOException failure(@Nullable Throwable cause) {
      if (cause instanceof RuntimeException untrusted) {
        throw untrusted;
      }
      String message = cause == null ? "no answer" : String.valueOf(cause.getMessage());
      return new IOException(message, cause);
    }

    @Override
    public void abort() {
      answer.cancel(false);
    }
  }

  /** The body of a request. */
  private static final class Body implements SdkHttpContentPublisher {
    private final AsyncRequestBody bytes;

    Body(byte[] bytes) {
      this.bytes = AsyncRequestBody.fromBytesUnsafe(bytes);
    }

    @Override
    public Optional<Long> contentLength() {
      return bytes.contentLength();
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
      bytes.subscribe(subscriber);
    }
  }

  /** Collects an answer. */
  private static final class Answer implements SdkAsyncHttpResponseHandler {
    private final CompletableFuture<HttpExecuteResponse> whole;
    private final int largest;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private @Nullable SdkHttpResponse head;

    Answer(CompletableFuture<HttpExecuteResponse> whole, int largest) {
      this.whole = whole;
      this.largest = largest;
    }

    @Override
    public void onHeaders(SdkHttpResponse headers) {
      head = headers;
    }

    @Override
    public void onStream(Publisher<ByteBuffer> stream) {
      var _ =
          SdkPublisher.adapt(stream)
              .subscribe(this::add)
              .whenComplete(
                  (nothing, failure) -> {
                    if (failure == null) {
                      whole.complete(response());
                    } else {
                      whole.completeExceptionally(failure);
                    }
                  });
    }

    private void add(ByteBuffer some) {
      if (some.remaining() > largest - bytes.size()) {
        whole.completeExceptionally(
            new IOException("the answer has more than %d bytes".formatted(largest)));
        return;
      }
      byte[] copy = new byte[some.remaining()];
      some.get(copy);
      bytes.writeBytes(copy);
    }

    private HttpExecuteResponse response() {
      return HttpExecuteResponse.builder()
          .response(head)
          .responseBody(AbortableInputStream.create(new ByteArrayInputStream(bytes.toByteArray())))
          .build();
    }

    @Override
    public void onError(Throwable failure) {
      whole.completeExceptionally(failure);
    }
  }
}
