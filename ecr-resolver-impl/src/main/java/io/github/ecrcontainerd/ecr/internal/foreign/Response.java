package io.github.ecrcontainerd.ecr.internal.foreign;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The answer to one GET (RFC 9112): its status and headers, and the unread body.
 *
 * @param headers the headers, by their names in lower case
 */
record Response(int status, Map<String, String> headers, InputStream body) {
  private static final int MAX_HEAD_BYTES = 32 << 10;
  private static final int BUFFER_BYTES = 1 << 16;

  /** Requests a URL's bytes, starting at an offset. */
  static Response get(Connection connection, ForeignUrl url, long offset) throws IOException {
    connection.send(
        "GET "
            + url.target()
            + " HTTP/1.1\r\nHost: "
            + url.authority()
            + "\r\nUser-Agent: ecr-containerd\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"
            + (offset > 0 ? "Range: bytes=" + offset + "-\r\n" : "")
            + "Connection: close\r\n\r\n");
    InputStream input = new BufferedInputStream(connection.input(), BUFFER_BYTES);
    List<String> lines = head(input).lines().toList();
    Map<String, String> headers = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      if (line.isEmpty()) {
        break;
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw notHttp();
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    boolean chunked =
        "chunked".equalsIgnoreCase(headers.getOrDefault("transfer-encoding", "identity"));
    return new Response(
        status(lines.getFirst()), headers, chunked ? new ChunkedInputStream(input) : input);
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      throw notHttp();
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private static String head(InputStream input) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int newlines = 0;
    while (newlines < 2) {
      int next = input.read();
      if (next < 0 || head.size() == MAX_HEAD_BYTES) {
        throw notHttp();
      }
      head.write(next);
      newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private static IOException notHttp() {
    return new IOException("its answer is not HTTP");
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}
