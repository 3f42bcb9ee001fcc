package io.github.ecrcontainerd.ecr.internal.http;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/**
 * A client for an API whose answers are held in memory as a whole. It ends an answer that has more
 * bytes than any right one. The SDK itself has no such limit.
 */
final class BoundedHttpClient implements SdkAsyncHttpClient {
  private final SdkAsyncHttpClient client;
  private final int mostBytes;

  /**
   * @param client the client to use, which is closed with this one
   * @param mostBytes how many bytes an answer may have
   */
  BoundedHttpClient(SdkAsyncHttpClient client, int mostBytes) {
    this.client = client;
    this.mostBytes = mostBytes;
  }

  @Override
  public CompletableFuture<Void> execute(AsyncExecuteRequest exchange) {
    Answer answer = new Answer(exchange.responseHandler(), exchange.request().host());
    CompletableFuture<Void> sent =
        client.execute(
            AsyncExecuteRequest.builder()
                .request(exchange.request())
                .requestContentPublisher(exchange.requestContentPublisher())
                .responseHandler(answer)
                .fullDuplex(exchange.fullDuplex())
                .metricCollector(exchange.metricCollector().orElse(null))
                .httpExecutionAttributes(exchange.httpExecutionAttributes())
                .build());
    var _ = answer.refused.thenRun(() -> sent.cancel(true));
    return sent;
  }

  @Override
  public String clientName() {
    return client.clientName();
  }

  @Override
  public void close() {
    client.close();
  }

  private final class Answer implements SdkAsyncHttpResponseHandler {
    private final SdkAsyncHttpResponseHandler handler;
    private final String host;
    private final CompletableFuture<Void> refused = new CompletableFuture<>();
    private volatile boolean tooLarge;

    Answer(SdkAsyncHttpResponseHandler handler, String host) {
      this.handler = handler;
      this.host = host;
    }

    @Override
    public void onHeaders(SdkHttpResponse headers) {
      handler.onHeaders(headers);
    }

    @Override
    public void onStream(Publisher<ByteBuffer> stream) {
      handler.onStream(reader -> stream.subscribe(new Body(reader, this)));
    }

    @Override
    public void onError(Throwable failure) {
      // After an answer that is too large, this is only the cancellation of its request.
      if (!tooLarge) {
        handler.onError(failure);
      }
    }

    /** Reports the failure first, so that the cancellation of the request isn't the failure. */
    void end(Subscriber<? super ByteBuffer> reader) {
      tooLarge = true;
      OversizeAnswerException failure =
          new OversizeAnswerException(
              ("the answer of %s has more than %,d bytes, which no answer of Amazon ECR has: check"
                      + " the endpoint and the proxy that are set (AWS_ENDPOINT_URL_ECR, HTTPS_PROXY,"
                      + " NO_PROXY)")
                  .formatted(host, mostBytes));
      handler.onError(failure);
      reader.onError(failure);
      refused.complete(null);
    }
  }

  private final class Body implements Subscriber<ByteBuffer> {
    private final Subscriber<? super ByteBuffer> reader;
    private final Answer answer;
    private long arrived;

    Body(Subscriber<? super ByteBuffer> reader, Answer answer) {
      this.reader = reader;
      this.answer = answer;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      reader.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      if (answer.tooLarge) {
        return;
      }
      arrived += bytes.remaining();
      if (arrived > mostBytes) {
        answer.end(reader);
      } else {
        reader.onNext(bytes);
      }
    }

    @Override
    public void onError(Throwable failure) {
      if (!answer.tooLarge) {
        reader.onError(failure);
      }
    }

    @Override
    public void onComplete() {
      if (!answer.tooLarge) {
        reader.onComplete();
      }
    }
  }
}
