package io.github.ecrcontainerd.local;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A fault of one answer of the layer endpoint. Byte counts are those of the answer's body, from 0.
 * A fault after the end of the body does not happen. A fault at the end happens when all bytes are
 * sent.
 */
public sealed interface LayerFault {

  /** Nothing goes wrong. */
  record None() implements LayerFault {}

  /**
   * The connection is reset (RST) after that many bytes. The peer may not receive the last of them.
   */
  record ResetAfter(long bytes) implements LayerFault {}

  /** The connection ends (FIN) after that many bytes, whatever the Content-Length. */
  record CloseAfter(long bytes) implements LayerFault {}

  /** No byte is sent after that many bytes, and the connection stays open. */
  record StallAfter(long bytes) implements LayerFault {}

  /**
   * After that many bytes the action is called, which must not block, and no more are sent until
   * its result is complete: so something else can happen in the middle of an answer.
   */
  record HoldAfter(long bytes, Supplier<? extends CompletionStage<?>> action)
      implements LayerFault {}

  /** The bytes are sent at this rate, whatever the rate of other answers. */
  record SlowTo(long bytesPerSecond) implements LayerFault {}

  /** One byte is changed. */
  record CorruptByte(long at) implements LayerFault {}

  /**
   * 503 SlowDown, S3's answer to too many requests.
   *
   * @param retryAfter what its Retry-After header asks for, in whole seconds; zero for no header
   */
  record SlowDown(Duration retryAfter) implements LayerFault {}

  /** 500 InternalError. */
  record ServerError() implements LayerFault {}

  /** 403, as if the URL had expired. */
  record ExpiredUrl() implements LayerFault {}

  /** 200 with all bytes, although a range was requested. */
  record WholeBlob() implements LayerFault {}

  /** The right bytes, with a Content-Range that is one byte too high. */
  record WrongContentRange() implements LayerFault {}

  /**
   * That many bytes more than requested, or fewer if negative, with a matching Content-Length.
   * Additional bytes are zeros. The Content-Range is correct.
   */
  record WrongLength(long more) implements LayerFault {}

  static LayerFault none() {
    return new None();
  }

  static LayerFault resetAfter(long bytes) {
    return new ResetAfter(bytes);
  }

  static LayerFault closeAfter(long bytes) {
    return new CloseAfter(bytes);
  }

  static LayerFault stallAfter(long bytes) {
    return new StallAfter(bytes);
  }

  static LayerFault holdAfter(long bytes, Supplier<? extends CompletionStage<?>> action) {
    return new HoldAfter(bytes, action);
  }

  static LayerFault slowTo(long bytesPerSecond) {
    return new SlowTo(bytesPerSecond);
  }

  static LayerFault corruptByte(long at) {
    return new CorruptByte(at);
  }

  static LayerFault slowDown() {
    return new SlowDown(Duration.ZERO);
  }

  /** 503 SlowDown with a Retry-After header of whole seconds. */
  static LayerFault slowDown(Duration retryAfter) {
    return new SlowDown(retryAfter);
  }

  static LayerFault serverError() {
    return new ServerError();
  }

  static LayerFault expiredUrl() {
    return new ExpiredUrl();
  }

  static LayerFault wholeBlob() {
    return new WholeBlob();
  }

  static LayerFault wrongContentRange() {
    return new WrongContentRange();
  }

  static LayerFault wrongLength(long more) {
    return new WrongLength(more);
  }
}
