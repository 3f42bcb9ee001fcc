package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.ecr.internal.events.RangeEvent;
import io.github.ecrcontainerd.ecr.internal.events.Recorder;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * One request for what is missing of a range, and how far it has come. Guarded by the range's lock,
 * but for {@link #start} and what the HTTP client calls, which takes that lock in the listener.
 */
final class RangeRequest implements LayerGet.Receiver {

  /** The range that the request is for. Called on a thread of the HTTP client. */
  interface Listener {
    /**
     * The next bytes, to be read before this returns unless the request is paced.
     *
     * @return whether more may come, where the request is paced
     */
    boolean arrived(RangeRequest request, ByteBuffer bytes);

    /**
     * The end, told once, unless the request was cancelled.
     *
     * @param cause why it came before the last byte; {@code null} for the right one
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
   * @param layer what the range is of
   * @param from the first byte of the range that it asks for
   * @param paced whether bytes come only when they are asked for; then the connection may wait for
   *     its reader, and the request is never late
   */
  RangeRequest(
      Digest layer, ByteRange range, long from, LayerUrl url, boolean paced, Listener listener) {
    this.length = range.length() - from;
    this.url = url;
    this.listener = listener;
    this.position = from;
    this.from = from;
    this.mayBeHedged = !paced;
    this.event = Recorder.isOn() ? new RangeEvent(layer, range.first() + from, length) : null;
    this.get = new LayerGet(range.after(from), this, paced);
  }

  /** Sends it. */
  void start(SdkAsyncHttpClient http) {
    try {
      get.start(http, url);
    } catch (RuntimeException e) {
      // Its message may hold the URL: it is told without.
      ended(e);
    }
  }

  void cancel() {
    get.cancel();
  }

  /** It is given up: why. */
  void failed(Throwable cause) {
    if (event != null) {
      event.failed(LayerSource.reasonOf(cause));
    }
  }

  /** It is over, however that came. */
  void over() {
    if (event != null) {
      event.ended(position - from, Math.max(0, get.nanosToFirstByte()));
    }
  }

  /** It asks for what another one is late with. */
  void hedges() {
    if (event != null) {
      event.hedges();
    }
  }

  /** Asks for more bytes, where it is paced. */
  void more() {
    get.more();
  }

  LayerUrl url() {
    return url;
  }

  /** How many bytes it was to bring. */
  long length() {
    return length;
  }

  /** Counts bytes that have come: the position in the range after them. */
  long advance(int bytes) {
    position += bytes;
    return position;
  }

  /**
   * How long the server may still be silent, in nanoseconds; 0 or less where it was for too long.
   */
  long patience(long now) {
    return get.patience(now);
  }

  /** The failure of a request whose patience has ended. */
  IOException silence() {
    return new SilenceException(get.untilSign());
  }

  /**
   * How long until it is late, in nanoseconds: {@link Long#MAX_VALUE} if it never is, 0 or less if
   * it is now.
   */
  long untilLate(long now, LatencyStats stats) {
    long most = mayBeHedged ? stats.nanosUntilLate(length) : Long.MAX_VALUE;
    return most == Long.MAX_VALUE ? most : started + most - now;
  }

  /** It was late, and is hedged no more than once. */
  void late() {
    mayBeHedged = false;
  }

  /** It is a hedge, on a connection that it has to give back. */
  void holdHedgeConnection() {
    holdsHedgeConnection = true;
  }

  /** Whether it had a connection to give back; from now on it has none. */
  boolean releaseHedgeConnection() {
    boolean held = holdsHedgeConnection;
    holdsHedgeConnection = false;
    return held;
  }

  /** Adds how long it took, when it has brought its last byte. */
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
