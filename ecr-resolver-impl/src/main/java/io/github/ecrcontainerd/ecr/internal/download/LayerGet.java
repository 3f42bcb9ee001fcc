package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.ecr.internal.retry.RetryAfter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/**
 * One GET of a range, from its request to its end. It passes on only the requested bytes, in order,
 * after it has checked that the answer's headers match the request. Its callbacks run on a thread
 * of the HTTP client.
 */
final class LayerGet implements SdkAsyncHttpResponseHandler, Subscriber<ByteBuffer> {

  /**
   * The owner of the request. It is called by one thread at a time, and not before {@link #start}
   * is called.
   */
  interface Receiver {
    /**
     * Receives the next bytes. They must be read before this method returns, unless the request is
     * paced.
     *
     * @return for a paced request, whether more bytes may come
     */
    boolean arrived(ByteBuffer bytes);

    /**
     * The request has ended. Called once, unless the request was cancelled.
     *
     * @param cause why it ended before the last byte; {@code null} if it is complete
     */
    void ended(@Nullable Throwable cause);
  }

  /** How many bytes of an error's body are kept. S3's errors are shorter. */
  private static final int MAX_ERROR_BYTES = 4096;

  private final ByteRange range;
  private final Receiver receiver;
  private final boolean paced;
  private final Origin origin;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final ByteArrayOutputStream errorBody = new ByteArrayOutputStream(0);
  private final long started = System.nanoTime();

  private volatile @Nullable CompletableFuture<Void> exchange;
  private volatile @Nullable Subscription subscription;
  private volatile int status;
  private volatile Optional<String> location = Optional.empty();
  private volatile Duration retryAfter = Duration.ZERO;
  private volatile long firstByte;
  private volatile long lastSign = started;
  private volatile boolean awaited = true;
  private long arrived;
  private long sinceSign;

  /**
   * @param paced whether the receiver decides each time if more bytes may come, and so slows the
   *     connection down; otherwise the whole range comes as fast as possible
   * @param origin how long the server may be silent
   */
  LayerGet(ByteRange range, Receiver receiver, boolean paced, Origin origin) {
    this.range = range;
    this.receiver = receiver;
    this.paced = paced;
    this.origin = origin;
  }

  /** Sends the request. */
  void start(SdkAsyncHttpClient http, LayerUrl url) {
    CompletableFuture<Void> sent = url.get(http, range.isWhole() ? "" : range.requested(), this);
    exchange = sent;
    var _ =
        sent.whenComplete(
            (nothing, cause) -> {
              if (cause != null) {
                onError(cause);
              }
            });
    if (ended.get()) {
      sent.cancel(true);
    }
  }

  /**
   * Cancels the request, and closes its connection unless the last byte has arrived. The receiver
   * isn't called. The caller holds the lock under which the receiver takes bytes.
   */
  void cancel() {
    ended.set(true);
    CompletableFuture<Void> sent = exchange;
    // After the last byte the request ends by itself, and its connection is reused.
    if (sent != null && arrived < range.length()) {
      sent.cancel(true);
    }
  }

  /** Requests more bytes, if the request is paced. */
  void more() {
    Subscription open = subscription;
    if (open != null) {
      lastSign = System.nanoTime();
      awaited = true;
      open.request(1);
    }
  }

  /**
   * How much longer the server may be silent, in nanoseconds; {@link Long#MAX_VALUE} while no bytes
   * are requested.
   *
   * @param now the value of {@link System#nanoTime}
   */
  long patience(long now) {
    return awaited ? lastSign + untilSign().toNanos() - now : Long.MAX_VALUE;
  }

  /** How long a server may be silent before the request is cancelled. */
  Duration untilSign() {
    return status == 0 ? origin.untilAnswer() : origin.untilBytes();
  }

  /** The time from the request to the first byte, in nanoseconds. */
  long nanosToFirstByte() {
    return firstByte - started;
  }

  /** The time since the first byte, in nanoseconds. */
  long nanosSinceFirstByte(long now) {
    return now - firstByte;
  }

  @Override
  public void onHeaders(SdkHttpResponse response) {
    lastSign = System.nanoTime();
    status = response.statusCode();
    if (status >= 300) {
      location = response.firstMatchingHeader("Location");
      retryAfter = RetryAfter.of(response, Instant.now());
      return;
    }
    String length = response.firstMatchingHeader("Content-Length").orElse("" + range.length());
    String answered = response.firstMatchingHeader("Content-Range").orElse("none");
    boolean right = range.isWhole() ? status == 200 : isPart(answered);
    if (!right || !length.equals("" + range.length())) {
      end(
          new InvalidAnswerException(
              "%s was requested, but the answer has status %d, Content-Range %s and Content-Length %s"
                  .formatted(range.answered(), status, answered, length)));
    }
  }

  private boolean isPart(String answered) {
    return status == 206 && answered.equals(range.answered());
  }

  @Override
  public void onStream(Publisher<ByteBuffer> publisher) {
    publisher.subscribe(this);
  }

  @Override
  public void onSubscribe(Subscription opened) {
    subscription = opened;
    opened.request(paced ? 1 : Long.MAX_VALUE);
  }

  @Override
  public void onNext(ByteBuffer bytes) {
    long now = System.nanoTime();
    sinceSign += bytes.remaining();
    if (paced || sinceSign >= origin.bytes()) {
      sinceSign = 0;
      lastSign = now;
    }
    if (ended.get()) {
      return;
    }
    if (status >= 300) {
      byte[] part = new byte[Math.min(bytes.remaining(), MAX_ERROR_BYTES - errorBody.size())];
      bytes.get(part);
      errorBody.writeBytes(part);
      if (errorBody.size() == MAX_ERROR_BYTES) {
        // Enough is known, and the rest may have no end.
        end(failedStatus());
        return;
      }
    } else if (bytes.remaining() > range.length() - arrived) {
      end(new InvalidAnswerException("the server sent more bytes than requested"));
      return;
    } else {
      if (arrived == 0) {
        firstByte = now;
      }
      arrived += bytes.remaining();
      // Set before the bytes are passed on, because the receiver may request more from then on.
      awaited = !paced;
      if (!receiver.arrived(bytes) && paced) {
        return;
      }
    }
    if (paced) {
      more();
    }
  }

  @Override
  public void onComplete() {
    if (status >= 300) {
      end(failedStatus());
    } else if (arrived < range.length()) {
      end(
          new IOException(
              "the connection ended after %,d of %,d bytes".formatted(arrived, range.length())));
    } else {
      end(null);
    }
  }

  private StatusException failedStatus() {
    return new StatusException(
        status, location, retryAfter, errorBody.toString(StandardCharsets.UTF_8));
  }

  /** The client may call this more than once, and after the end too. */
  @Override
  public void onError(Throwable cause) {
    end(
        cause instanceof CompletionException && cause.getCause() != null
            ? cause.getCause()
            : cause);
  }

  private void end(@Nullable Throwable cause) {
    if (ended.compareAndSet(false, true)) {
      receiver.ended(cause);
      CompletableFuture<Void> sent = exchange;
      if (cause != null && sent != null) {
        sent.cancel(true);
      }
    }
  }
}
