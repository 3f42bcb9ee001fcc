package io.github.ecrcontainerd.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A GET on a connection of its own, for a look at how its answer comes and ends. */
final class OpenRequest implements AutoCloseable {
  private final Socket socket;

  OpenRequest(URI url) throws IOException {
    socket = new Socket(url.getHost(), url.getPort());
    String request =
        "GET %s?%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
            .formatted(url.getRawPath(), url.getRawQuery());
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  /** The answer, head and body. */
  InputStream answer() throws IOException {
    return socket.getInputStream();
  }

  /** How long to wait for a byte before a SocketTimeoutException says that there is none. */
  void patience(int millis) throws IOException {
    socket.setSoTimeout(millis);
  }

  /** Waits until the answer begins. */
  void readFirstByte() throws IOException {
    assertThat(answer().readNBytes(1)).hasSize(1);
  }

  /** The body of an answer that ends with its connection. */
  byte[] body() throws IOException {
    byte[] all = answer().readAllBytes();
    String text = new String(all, StandardCharsets.ISO_8859_1);
    return Arrays.copyOfRange(all, text.indexOf("\r\n\r\n") + 4, all.length);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
