package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.ecr.internal.events.RangeEvent;
import io.github.ecrcontainerd.ecr.internal.events.Recorder;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * One request for the missing bytes of a range, and its progress. Guarded by the range's lock,
 * except {@link #start} and the HTTP client's callbacks, which take that lock in the listener.
 */
final class RangeRequest implements LayerGet.Receiver {

  /** The range that the request is for. Called on a thread of the HTTP client. */
  interface Listener {
    /**
     * Receives the next bytes. They must be read before this method returns, unless the request is
     * paced.
     *
     * @return for a paced request, whether more bytes may come
     */
    boolean arrived(RangeRequest request, ByteBuffer bytes);

    /**
     * The request has ended. Called once, unless the request was cancelled.
     *
     * @param cause why it ended before the last byte; {@code null} if it is complete
     */
    void ended(RangeRequest request, @Nullable Throwable cause);
  }

  private final long length;
  private final LayerUrl url;
  private final Listener listener;
  private final LayerGet get;
  private final @Nullable RangeEvent event;
  private final long started = System.nanoTime();
  private final long from;
  private long position;
  private boolean mayBeHedged;
  private boolean holdsHedgeConnection;

  /**
   * @param layer the layer of the range
   * @param from the first byte of the range to request
   * @param url where from; a request to a mirror is never late
   * @param paced whether bytes come only on request; then the connection may wait for the reader,
   *     and the request is never late
   */
  RangeRequest(
      Digest layer, ByteRange range, long from, LayerUrl url, boolean paced, Listener listener) {
    this.length = range.length() - from;
    this.url = url;
    this.listener = listener;
    this.position = from;
    this.from = from;
    // A mirror is there so that ECR serves less: a hedge of each node would be ECR's. A mirror that
    // stays slow is left for ECR (Origin).
    this.mayBeHedged = !paced && !url.isOfMirror();
    this.event = Recorder.isOn() ? new RangeEvent(layer, range.first() + from, length) : null;
    this.get = new LayerGet(range.after(from), this, paced, url.origin());
  }

  /** Sends the request. */
  void start(SdkAsyncHttpClient http) {
    try {
      get.start(http, url);
    } catch (RuntimeException e) {
      // The exception's message may contain the URL, so it is reported without it.
      ended(e);
    }
  }

  void cancel() {
    get.cancel();
  }

  /** Records why the request failed. */
  void failed(Throwable cause) {
    if (event != null) {
      event.failed(LayerSource.reasonOf(cause));
    }
  }

  /** Records the end of the request, whether it failed or not. */
  void over() {
    if (event != null) {
      event.ended(position - from, Math.max(0, get.nanosToFirstByte()));
    }
  }

  /** Records that this request is a hedge. */
  void hedges() {
    if (event != null) {
      event.hedges();
    }
  }

  /** Requests more bytes, if the request is paced. */
  void more() {
    get.more();
  }

  LayerUrl url() {
    return url;
  }

  /** How many bytes were requested. */
  long length() {
    return length;
  }

  /** Counts arrived bytes. Returns the position in the range after them. */
  long advance(int bytes) {
    position += bytes;
    return position;
  }

  /**
   * How much longer the server may be silent, in nanoseconds; 0 or less if it was silent for too
   * long.
   */
  long patience(long now) {
    return get.patience(now);
  }

  /** The failure of a request whose server was silent for too long. */
  IOException silence() {
    return url.isOfMirror()
        ? new SilenceException(
            get.untilSign(),
            "it sent less than %d KiB in %d s"
                .formatted(url.origin().bytes() >> 10, get.untilSign().toSeconds()))
        : new SilenceException(get.untilSign());
  }

  /**
   * The time until the request is late, in nanoseconds; {@link Long#MAX_VALUE} if it never is, 0 or
   * less if it is late now.
   */
  long untilLate(long now, LatencyStats stats) {
    long most = mayBeHedged ? stats.nanosUntilLate(length) : Long.MAX_VALUE;
    return most == Long.MAX_VALUE ? most : started + most - now;
  }

  /** Marks the request as late. It is not hedged again. */
  void late() {
    mayBeHedged = false;
  }

  /** Marks the request as a hedge that holds a connection to give back. */
  void holdHedgeConnection() {
    holdsHedgeConnection = true;
  }

  /** Returns whether the request held a connection to give back, and clears that mark. */
  boolean releaseHedgeConnection() {
    boolean held = holdsHedgeConnection;
    holdsHedgeConnection = false;
    return held;
  }

  /** Adds the times of this request after its last byte. */
  void addTo(LatencyStats stats) {
    stats.add(length, get.nanosToFirstByte(), get.nanosSinceFirstByte(System.nanoTime()));
  }

  @Override
  public boolean arrived(ByteBuffer bytes) {
    return listener.arrived(this, bytes);
  }

  @Override
  public void ended(@Nullable Throwable cause) {
    listener.ended(this, cause);
  }
}
