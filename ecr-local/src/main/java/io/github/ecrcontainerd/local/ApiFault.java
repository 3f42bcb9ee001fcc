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
}
