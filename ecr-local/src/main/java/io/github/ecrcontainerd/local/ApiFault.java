package io.github.ecrcontainerd.local;

/** A fault of one API call. */
public sealed interface ApiFault {

  /** Nothing goes wrong. */
  record None() implements ApiFault {}

  /** 400 ThrottlingException. */
  record Throttled() implements ApiFault {}

  /** 500 ServerException. */
  record ServerError() implements ApiFault {}

  /**
   * UploadLayerPart keeps the upload's bytes up to this one and none after it, and answers
   * InvalidLayerPartException, which states this byte. Other operations ignore this fault.
   */
  record PartCutShort(long lastValidByteReceived) implements ApiFault {}

  /**
   * UploadLayerPart and CompleteLayerUpload answer UploadNotFoundException, and the upload is
   * really lost. Other operations ignore this fault.
   */
  record UploadLost() implements ApiFault {}

  /** The call is carried out, and the connection ends (FIN) without an answer. */
  record AnswerLost() implements ApiFault {}

  /**
   * The connection is reset (RST) when that many bytes of the request's body have arrived, or all
   * of them. The call is not carried out.
   */
  record ResetAfter(long bytes) implements ApiFault {}

  /**
   * The server reads no more after that many bytes of the request's body, or after its last byte.
   * No answer comes, and the connection stays open. The call is not carried out. If the client
   * leaves, the server notices it only when it closes.
   */
  record StallAfter(long bytes) implements ApiFault {}

  static ApiFault none() {
    return new None();
  }

  static ApiFault throttled() {
    return new Throttled();
  }

  static ApiFault serverError() {
    return new ServerError();
  }

  /**
   * UploadLayerPart loses the bytes after one byte.
   *
   * @param lastValidByteReceived the last byte of the layer that is kept; -1 for none
   */
  static ApiFault partCutShort(long lastValidByteReceived) {
    return new PartCutShort(lastValidByteReceived);
  }

  static ApiFault uploadLost() {
    return new UploadLost();
  }

  static ApiFault answerLost() {
    return new AnswerLost();
  }

  static ApiFault resetAfter(long bytes) {
    return new ResetAfter(bytes);
  }

  static ApiFault stallAfter(long bytes) {
    return new StallAfter(bytes);
  }
}
