package io.github.ecrcontainerd.local;

/**
 * What goes wrong with one answer of the layer endpoint. Byte counts are those of the answer's
 * body, from 0; a fault behind its end does not happen, one at its end happens when all is sent.
 */
public sealed interface LayerFault {

  /** Nothing goes wrong. */
  record None() implements LayerFault {}

  /** The connection is reset (RST) behind so many bytes; a peer may not see the last of them. */
  record ResetAfter(long bytes) implements LayerFault {}

  /** The connection ends (FIN) behind so many bytes, whatever Content-Length promised. */
  record CloseAfter(long bytes) implements LayerFault {}

  /** Nothing comes behind so many bytes, and the connection stays open. */
  record StallAfter(long bytes) implements LayerFault {}

  /** The bytes come at this pace, whatever the others' is. */
  record SlowTo(long bytesPerSecond) implements LayerFault {}

  /** One byte is another one. */
  record CorruptByte(long at) implements LayerFault {}

  /** 503 SlowDown, as S3 answers who asks too often. */
  record SlowDown() implements LayerFault {}

  /** 500 InternalError. */
  record ServerError() implements LayerFault {}

  /** 403, as if the URL's time were over. */
  record ExpiredUrl() implements LayerFault {}

  /** 200 with all bytes, although a range was asked for. */
  record WholeBlob() implements LayerFault {}

  /** The right bytes under a Content-Range that names those one byte later. */
  record WrongContentRange() implements LayerFault {}

  /**
   * So many bytes more than were asked for, or fewer below 0, and a Content-Length that says so.
   * What is too much is zeros; the Content-Range stays what it has to be.
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

  static LayerFault slowTo(long bytesPerSecond) {
    return new SlowTo(bytesPerSecond);
  }

  static LayerFault corruptByte(long at) {
    return new CorruptByte(at);
  }

  static LayerFault slowDown() {
    return new SlowDown();
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
