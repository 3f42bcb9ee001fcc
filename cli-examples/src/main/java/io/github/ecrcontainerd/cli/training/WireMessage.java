package io.github.ecrcontainerd.cli.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A protobuf message, as far as a stand-in reads it. */
final class WireMessage {
  private WireMessage() {}

  /** The text of a field; empty if the field is missing. */
  static String text(byte[] message, int field) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(message);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag >>> 3 == field) {
          return new String(in.readByteArray(), UTF_8);
        }
        in.skipField(tag);
      }
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
