package io.github.ecrcontainerd.ecr.internal.download;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/**
 * All of a layer, or its rest, as one answer that passes through one buffer of a fixed size. When
 * the buffer is full nothing more is asked for, so the connection waits for its reader.
 *
 * <p>That is why its HTTP client may not end slow connections: this class itself fails one that
 * sends nothing for a while although it is asked to.
 */
final class StreamDownload implements SdkAsyncHttpResponseHandler, Subscriber<ByteBuffer> {
  /** How much of an error's body is kept, in bytes: S3's errors are shorter. */
  private static final int LONGEST_ERROR = 4096;

  /** How many bytes are worth waking the reader for. */
  private static final int WORTHWHILE = 1 << 20;

  /** A connection may have to be waited for, and made. */
  private static final Duration UNTIL_HEADERS = Duration.ofSeconds(60);

  private static final Duration UNTIL_BYTES = Duration.ofSeconds(15);
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final long from;
  private final long total;
  private final byte[] ring;
  private final ByteArrayOutputStream errorBody = new ByteArrayOutputStream(0);

  private int status;
  private long arrived;
  private long taken;
  private int lent;
  private ByteBuffer overflow = NOTHING;
  private boolean ended;
  private @Nullable Throwable failure;
  private @Nullable Subscription subscription;

  /**
   * @param from the first byte wanted
   * @param total how many bytes the whole layer has, more than {@code from}
   * @param buffer what the bytes pass through
   */
  StreamDownload(long from, long total, byte[] buffer) {
    this.from = from;
    this.total = total;
    this.ring = buffer;
  }

  /**
   * Sends the request: without a Range header where all is wanted. The result ends when the
   * connection is free again; cancelling it ends it.
   */
  CompletableFuture<Void> start(SdkAsyncHttpClient http, LayerUrl url) {
    CompletableFuture<Void> exchange = url.get(http, from == 0 ? "" : "bytes=" + from + "-", this);
    var _ =
        exchange.whenComplete(
            (nothing, cause) -> {
              if (cause != null) {
                end(cause);
              }
            });
    return exchange;
  }

  byte[] buffer() {
    return ring;
  }

  /**
   * The next bytes, which stay as they are until the next call; {@code null} behind the last.
   *
   * @throws IOException why they can't be had
   */
  @Nullable ByteBuffer read() throws IOException, InterruptedException {
    if (makeRoom()) {
      request();
    }
    synchronized (this) {
      long rest = total - from - taken;
      if (rest == 0) {
        return null;
      }
      long enough = Math.min(rest, Math.min(WORTHWHILE, ring.length));
      while (arrived - taken < enough && !ended) {
        awaitMore();
      }
      if (arrived == taken) {
        throw new IOException(failure);
      }
      int start = (int) (taken % ring.length);
      lent = (int) Math.min(arrived - taken, ring.length - start);
      return ByteBuffer.wrap(ring, start, lent).asReadOnlyBuffer();
    }
  }

  private synchronized void awaitMore() throws InterruptedException {
    long before = arrived;
    Duration patience = status == 0 ? UNTIL_HEADERS : UNTIL_BYTES;
    long deadline = System.nanoTime() + patience.toNanos();
    while (arrived == before && !ended) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        end(new IOException("no byte came for %d s".formatted(patience.toSeconds())));
        return;
      }
      wait(left / 1_000_000 + 1);
    }
  }

  /** Takes back what was lent, and fills the room with what waits. Whether more is to be asked. */
  private synchronized boolean makeRoom() {
    taken += lent;
    lent = 0;
    boolean waited = overflow.hasRemaining();
    put(overflow);
    return waited && !overflow.hasRemaining();
  }

  private void request() {
    Subscription open;
    synchronized (this) {
      open = ended ? null : subscription;
    }
    if (open != null) {
      open.request(1);
    }
  }

  @Override
  public synchronized void onHeaders(SdkHttpResponse response) {
    status = response.statusCode();
    if (status >= 300) {
      return;
    }
    String header = from == 0 ? "Content-Length" : "Content-Range";
    String wanted = from == 0 ? "" + total : "bytes %d-%d/%d".formatted(from, total - 1, total);
    String answered = response.firstMatchingHeader(header).orElse(from == 0 ? wanted : "nothing");
    if (status != (from == 0 ? 200 : 206) || !answered.equals(wanted)) {
      end(
          new InvalidAnswerException(
              "%d bytes from %d on were asked for, the answer has status %d and %s %s"
                  .formatted(total - from, from, status, header, answered)));
    }
  }

  @Override
  public void onStream(Publisher<ByteBuffer> publisher) {
    publisher.subscribe(this);
  }

  @Override
  public void onSubscribe(Subscription opened) {
    synchronized (this) {
      subscription = opened;
    }
    opened.request(1);
  }

  @Override
  public void onNext(ByteBuffer bytes) {
    boolean room;
    synchronized (this) {
      if (ended) {
        return;
      }
      if (status >= 300) {
        byte[] part = new byte[Math.min(bytes.remaining(), LONGEST_ERROR - errorBody.size())];
        bytes.get(part);
        errorBody.writeBytes(part);
      } else if (bytes.remaining() > total - from - arrived) {
        end(new InvalidAnswerException("more bytes came than were asked for"));
      } else {
        overflow = bytes;
        put(bytes);
      }
      room = !overflow.hasRemaining();
    }
    if (room) {
      request();
    }
  }

  /** As many of the bytes as there is room for. */
  private void put(ByteBuffer bytes) {
    while (bytes.hasRemaining() && arrived - taken < ring.length) {
      int start = (int) (arrived % ring.length);
      long room = Math.min(ring.length - (arrived - taken), ring.length - start);
      int length = (int) Math.min(room, bytes.remaining());
      bytes.get(ring, start, length);
      arrived += length;
    }
    notifyAll();
  }

  @Override
  public synchronized void onComplete() {
    if (status >= 300) {
      end(new StatusException(status, errorBody.toString(StandardCharsets.UTF_8)));
    } else if (arrived + overflow.remaining() < total - from) {
      end(
          new IOException(
              "the connection ended after %,d of %,d bytes".formatted(arrived, total - from)));
    }
  }

  /** The client may call this more than once, and after the end too. */
  @Override
  public void onError(Throwable cause) {
    end(cause);
  }

  /** Whatever comes from now on is dropped: when this returns, nobody writes to the buffer. */
  void abandon() {
    end(new IOException("it was closed"));
  }

  private synchronized void end(Throwable cause) {
    if (!ended && arrived + overflow.remaining() < total - from) {
      failure = cause;
      ended = true;
    }
    notifyAll();
  }
}
