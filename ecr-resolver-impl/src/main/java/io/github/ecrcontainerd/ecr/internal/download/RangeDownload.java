package io.github.ecrcontainerd.ecr.internal.download;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SimpleSubscriber;

/**
 * One range on its way into its buffer. Its bytes arrive on the HTTP client's thread and may be
 * read as far as they have come. All state is under the monitor of the reader that waits for them.
 *
 * <p>All of the range is asked for at once: holding the connection back would look like a stalled
 * one to the client's health check, and pace is made by not starting the next range.
 */
final class RangeDownload implements SdkAsyncHttpResponseHandler {
  /** How much of an error's body is kept, in bytes: S3's errors are shorter. */
  private static final int LONGEST_ERROR = 4096;

  private final ByteRange range;
  private final byte[] buffer;
  private final Object monitor;
  private final ByteArrayOutputStream errorBody = new ByteArrayOutputStream(0);

  private int status;
  private int filled;
  private int wakeAt = Integer.MAX_VALUE;
  private boolean ended;
  private @Nullable Throwable failure;

  /**
   * @param buffer at least as long as the range
   * @param monitor notified when as many bytes have come as {@link #wakeAt} says, and at the end
   */
  RangeDownload(ByteRange range, byte[] buffer, Object monitor) {
    this.range = range;
    this.buffer = buffer;
    this.monitor = monitor;
  }

  /**
   * Sends the request. The result ends when the connection is free again; cancelling it ends it.
   */
  CompletableFuture<Void> start(SdkAsyncHttpClient http, LayerUrl url) {
    CompletableFuture<Void> exchange = url.get(http, range.requested(), this);
    var _ =
        exchange.whenComplete(
            (nothing, cause) -> {
              if (cause != null) {
                onError(cause);
              }
            });
    return exchange;
  }

  ByteRange range() {
    return range;
  }

  byte[] buffer() {
    return buffer;
  }

  /** How many bytes may be read. */
  int filled() {
    synchronized (monitor) {
      return filled;
    }
  }

  /** Asks for a notification once so many bytes have come; less often is less work. */
  void wakeAt(int bytes) {
    synchronized (monitor) {
      wakeAt = bytes;
    }
  }

  /** Whether nothing more will come. */
  boolean hasEnded() {
    synchronized (monitor) {
      return ended;
    }
  }

  /** Why it ended before its last byte. */
  @Nullable Throwable failure() {
    synchronized (monitor) {
      return failure;
    }
  }

  /** Whatever comes from now on is dropped: when this returns, nobody writes to the buffer. */
  void abandon() {
    synchronized (monitor) {
      ended = true;
    }
  }

  @Override
  public void onHeaders(SdkHttpResponse response) {
    synchronized (monitor) {
      status = response.statusCode();
      if (status == 206) {
        String answered = response.firstMatchingHeader("Content-Range").orElse("nothing");
        if (!answered.equals(range.answered())) {
          end(
              new InvalidAnswerException(
                  "%s was asked for, %s came".formatted(range.answered(), answered)));
        }
      } else if (status < 300 && !isTheWholeBlob(response)) {
        end(
            new InvalidAnswerException(
                "%s was asked for, the answer has status %d".formatted(range.answered(), status)));
      }
    }
  }

  /** A server that knows no ranges may send the whole blob where the range is the whole blob. */
  private boolean isTheWholeBlob(SdkHttpResponse response) {
    return status == 200
        && range.length() == range.total()
        && response
            .firstMatchingHeader("Content-Length")
            .filter(Long.toString(range.total())::equals)
            .isPresent();
  }

  @Override
  public void onStream(Publisher<ByteBuffer> publisher) {
    publisher.subscribe(
        new SimpleSubscriber(this::arrived) {
          @Override
          public void onError(Throwable cause) {
            RangeDownload.this.onError(cause);
          }

          @Override
          public void onComplete() {
            completed();
          }
        });
  }

  private void arrived(ByteBuffer bytes) {
    synchronized (monitor) {
      if (ended) {
        return;
      }
      int length = bytes.remaining();
      if (status >= 300) {
        byte[] part = new byte[Math.min(length, LONGEST_ERROR - errorBody.size())];
        bytes.get(part);
        errorBody.writeBytes(part);
      } else if (length > range.length() - filled) {
        end(new InvalidAnswerException("more bytes came than were asked for"));
      } else {
        bytes.get(buffer, filled, length);
        filled += length;
        if (filled >= wakeAt) {
          monitor.notifyAll();
        }
      }
    }
  }

  private void completed() {
    synchronized (monitor) {
      if (status >= 300) {
        end(new StatusException(status, errorBody.toString(StandardCharsets.UTF_8)));
      } else if (filled < range.length()) {
        end(
            new IOException(
                "the connection ended after %,d of %,d bytes".formatted(filled, range.length())));
      } else {
        end(null);
      }
    }
  }

  /** The client may call this more than once, and after the end too. */
  @Override
  public void onError(Throwable cause) {
    synchronized (monitor) {
      end(cause);
    }
  }

  private void end(@Nullable Throwable cause) {
    synchronized (monitor) {
      if (!ended) {
        failure = cause;
        ended = true;
        monitor.notifyAll();
      }
    }
  }
}
