package io.github.ecrcontainerd.it.registry;

import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.util.List;

/** A fault in one answer of a layer's server, or on the way. */
enum Fault {
  /** The connection is reset. */
  RESET(Code.UNAVAILABLE, "(?i)connection|socket|reset"),
  /** The connection ends before the body does. */
  CLOSE(Code.UNAVAILABLE, "(?i)connection|socket|closed|ended"),
  /** No more bytes come, but the connection stays open. */
  STALL(Code.UNAVAILABLE, "(?i)stall|no byte|nothing came"),
  /** The bytes come, but at a fiftieth of the speed. */
  SLOW(Code.UNAVAILABLE, "(?i)slow"),
  /** One byte is wrong. */
  CORRUPT_BYTE(Code.INVALID_CONTENT, "(?i)damaged|digest|bytes are not"),
  /** The body and its Content-Length have fewer bytes than were requested. */
  SHORT(Code.INVALID_CONTENT, "(?i)length|bytes"),
  /** The body and its Content-Length have more bytes than were requested. */
  LONG(Code.INVALID_CONTENT, "(?i)length|bytes"),
  SLOW_DOWN(Code.THROTTLED, "503|SlowDown"),
  SERVER_ERROR(Code.UNAVAILABLE, "500|InternalError"),
  EXPIRED_URL(Code.DENIED, "403|expired"),
  /** 200 and all bytes, although a range was requested. */
  WHOLE_BLOB(Code.INVALID_CONTENT, "200"),
  WRONG_CONTENT_RANGE(Code.INVALID_CONTENT, "(?i)range|was asked for");

  /** The code of the error when the fault never ends. */
  final Code code;

  /** A regular expression that the error's message contains then. */
  final String words;

  Fault(Code code, String words) {
    this.code = code;
    this.words = words;
  }

  /** Whether the fault is in the answer's head, and so has no place in the body. */
  boolean isOfTheHead() {
    return List.of(SLOW_DOWN, SERVER_ERROR, EXPIRED_URL, WHOLE_BLOB, WRONG_CONTENT_RANGE)
        .contains(this);
  }

  /** Whether no byte of such an answer is used, so that the whole range is requested again. */
  boolean isRefused() {
    return isOfTheHead() || this == SHORT || this == LONG;
  }

  /** Whether the server may recover by itself, so that it is tried again for 20 s. */
  boolean isAMatterOfTime() {
    return List.of(RESET, CLOSE, STALL, SLOW_DOWN, SERVER_ERROR).contains(this);
  }

  /** Whether the URL can't be used again. */
  boolean takesANewUrl() {
    return this == EXPIRED_URL || this == CORRUPT_BYTE;
  }

  /**
   * The fault of one answer.
   *
   * @param at the first byte of the answer that is faulty
   * @param length how many bytes the answer should have
   */
  LayerFault at(long at, long length) {
    return switch (this) {
      case RESET -> LayerFault.resetAfter(at);
      case CLOSE -> LayerFault.closeAfter(at);
      case STALL -> LayerFault.stallAfter(at);
      case SLOW -> LayerFault.slowTo(1 << 20);
      case CORRUPT_BYTE -> LayerFault.corruptByte(at);
      case SHORT -> LayerFault.wrongLength(at - length);
      case LONG -> LayerFault.wrongLength(at + 1);
      case SLOW_DOWN -> LayerFault.slowDown();
      case SERVER_ERROR -> LayerFault.serverError();
      case EXPIRED_URL -> LayerFault.expiredUrl();
      case WHOLE_BLOB -> LayerFault.wholeBlob();
      case WRONG_CONTENT_RANGE -> LayerFault.wrongContentRange();
    };
  }
}
