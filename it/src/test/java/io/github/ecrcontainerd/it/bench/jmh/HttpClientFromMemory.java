package io.github.ecrcontainerd.it.bench.jmh;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * Answers as ECR and S3 do, with a layer that is in memory: in pieces of 16 KiB, on as many threads
 * as the CRT has here.
 */
final class HttpClientFromMemory implements SdkAsyncHttpClient {
  private static final int PIECE = 16 << 10;
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  private final byte[] layer;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

  HttpClientFromMemory(byte[] layer) {
    this.layer = layer;
  }

  @Override
  public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
    SdkHttpResponse.Builder head = SdkHttpResponse.builder();
    ByteBuffer body = body(request, head);
    CompletableFuture<Void> end = new CompletableFuture<>();
    request
        .responseHandler()
        .onHeaders(head.putHeader("Content-Length", Integer.toString(body.remaining())).build());
    request.responseHandler().onStream(new Pieces(body, threads, end));
    return end;
  }

  /** What a request is answered with, and in the head what belongs to that. */
  private ByteBuffer body(AsyncExecuteRequest request, SdkHttpResponse.Builder head) {
    if (request.request().firstMatchingHeader("X-Amz-Target").isPresent()) {
      head.statusCode(200).putHeader("Content-Type", "application/x-amz-json-1.1");
      return ByteBuffer.wrap("{\"downloadUrl\":\"https://layers.test/layer\"}".getBytes(UTF_8));
    }
    Matcher range = RANGE.matcher(request.request().firstMatchingHeader("Range").orElse(""));
    if (!range.matches()) {
      head.statusCode(200);
      return ByteBuffer.wrap(layer);
    }
    int first = Integer.parseInt(range.group(1));
    int last = Integer.parseInt(range.group(2));
    head.statusCode(206)
        .putHeader("Content-Range", "bytes %d-%d/%d".formatted(first, last, layer.length));
    return ByteBuffer.wrap(layer, first, last - first + 1);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** A body, piece by piece, as much of it as was asked for. */
  private record Pieces(ByteBuffer body, ExecutorService threads, CompletableFuture<Void> end)
      implements Publisher<ByteBuffer> {

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
      subscriber.onSubscribe(new Sending(body, threads, end, subscriber));
    }
  }

  private static final class Sending implements Subscription {
    private final ByteBuffer body;
    private final ExecutorService threads;
    private final CompletableFuture<Void> end;
    private final Subscriber<? super ByteBuffer> subscriber;
    private long wanted;
    private boolean sending;
    private boolean ended;

    Sending(
        ByteBuffer body,
        ExecutorService threads,
        CompletableFuture<Void> end,
        Subscriber<? super ByteBuffer> subscriber) {
      this.body = body;
      this.threads = threads;
      this.end = end;
      this.subscriber = subscriber;
    }

    @Override
    public synchronized void request(long pieces) {
      wanted = pieces > Long.MAX_VALUE - wanted ? Long.MAX_VALUE : wanted + pieces;
      if (!sending && !ended) {
        sending = true;
        threads.execute(this::send);
      }
    }

    @Override
    public synchronized void cancel() {
      ended = true;
    }

    private void send() {
      while (mayGoOn()) {
        int length = Math.min(PIECE, body.remaining());
        ByteBuffer piece = body.slice(body.position(), length);
        body.position(body.position() + length);
        subscriber.onNext(piece);
      }
      if (isWhole()) {
        subscriber.onComplete();
        end.complete(null);
      }
    }

    private synchronized boolean mayGoOn() {
      boolean yes = wanted > 0 && body.hasRemaining() && !ended;
      if (yes) {
        wanted--;
      } else {
        sending = false;
      }
      return yes;
    }

    private synchronized boolean isWhole() {
      boolean yes = !body.hasRemaining() && !ended;
      ended |= yes;
      return yes;
    }
  }
}
