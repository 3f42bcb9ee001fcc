package io.github.ecrcontainerd.local;

/** What goes wrong with one call of the API. */
public sealed interface ApiFault {

  /** Nothing goes wrong. */
  record None() implements ApiFault {}

  /** 400 ThrottlingException. */
  record Throttled() implements ApiFault {}

  /** 500 ServerException. */
  record ServerError() implements ApiFault {}

  /**
   * UploadLayerPart keeps the upload's bytes up to this one and none behind it, and answers
   * InvalidLayerPartException, which says so. Other operations don't know it.
   */
  record PartCutShort(long lastValidByteReceived) implements ApiFault {}

  /**
   * UploadLayerPart and CompleteLayerUpload answer UploadNotFoundException, and the upload is gone
   * indeed. Other operations don't know it.
   */
  record UploadLost() implements ApiFault {}

  /** The call is carried out, and the connection ends (FIN) without an answer. */
  record AnswerLost() implements ApiFault {}

  /**
   * The connection is reset (RST) when so many bytes of the request's body have arrived, or all of
   * them; the call is not carried out.
   */
  record ResetAfter(long bytes) implements ApiFault {}

  /**
   * No byte of the request's body is taken behind so many, or behind its last one, no answer comes,
   * and the connection stays open; the call is not carried out. What a client has left behind by
   * then is seen only when the server closes.
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
   * UploadLayerPart loses what comes behind a byte.
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
