package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.local.LayerFault;

/** Parses a fault for {@code ecr local}: its name and, after a colon, a number of bytes. */
final class LayerFaultArgument {

  private LayerFaultArgument() {}

  static LayerFault read(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    boolean takesBytes =
        switch (name) {
          case "reset", "close", "stall", "corrupt", "slow", "wrong-length" -> true;
          case "slow-down", "server-error", "expired-url", "whole-blob", "wrong-range" -> false;
          default ->
              throw new IllegalArgumentException(
                  "unknown fault '%s': use reset, close, stall, corrupt, slow or wrong-length, each"
                          .formatted(name)
                      + " with :BYTES, or slow-down, server-error, expired-url, whole-blob or"
                      + " wrong-range");
        };
    if (takesBytes != colon >= 0) {
      throw new IllegalArgumentException(
          takesBytes
              ? "'%s' needs a number of bytes: %s:1000000".formatted(text, name)
              : "'%s' takes no number of bytes: write %s".formatted(text, name));
    }
    return takesBytes ? fault(name, bytes(text, colon)) : fault(name);
  }

  private static LayerFault fault(String name, long bytes) {
    if (bytes < (name.equals("slow") ? 1 : 0) && !name.equals("wrong-length")) {
      throw new IllegalArgumentException("'%s' can't have %d bytes".formatted(name, bytes));
    }
    return switch (name) {
      case "reset" -> LayerFault.resetAfter(bytes);
      case "close" -> LayerFault.closeAfter(bytes);
      case "stall" -> LayerFault.stallAfter(bytes);
      case "corrupt" -> LayerFault.corruptByte(bytes);
      case "slow" -> LayerFault.slowTo(bytes);
      default -> LayerFault.wrongLength(bytes);
    };
  }

  private static LayerFault fault(String name) {
    return switch (name) {
      case "slow-down" -> LayerFault.slowDown();
      case "server-error" -> LayerFault.serverError();
      case "expired-url" -> LayerFault.expiredUrl();
      case "whole-blob" -> LayerFault.wholeBlob();
      default -> LayerFault.wrongContentRange();
    };
  }

  private static long bytes(String text, int colon) {
    try {
      return Long.parseLong(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'%s' has no number of bytes after its colon".formatted(text), e);
    }
  }
}
