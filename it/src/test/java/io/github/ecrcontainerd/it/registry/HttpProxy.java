package io.github.ecrcontainerd.it.registry;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An HTTP proxy on the loopback that brings requests for the host {@code ecr.test}, which no name
 * server knows, to one server, one request a connection; what wants a tunnel is refused. It keeps
 * the request lines and headers that it saw.
 */
public final class HttpProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final URI behind;
  private final List<String> seen = new CopyOnWriteArrayList<>();

  public HttpProxy(URI behind) throws IOException {
    this.behind = behind;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("proxy").start(this::accept);
  }

  /** Its URL, with a login. */
  public String url(String login) {
    return "http://%s@127.0.0.1:%d".formatted(login, listener.getLocalPort());
  }

  /** The heads of the requests that came. */
  public List<String> seen() {
    return seen;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      String head = readHead(in);
      seen.add(head);
      OutputStream out = client.getOutputStream();
      if (!head.contains(" http://ecr.test")) {
        out.write(
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        return;
      }
      try (Socket server = new Socket()) {
        server.connect(new InetSocketAddress(behind.getHost(), behind.getPort()));
        String forwarded =
            head.replaceFirst(" http://ecr\\.test(:\\d+)?", " ")
                .replaceAll("(?im)^(proxy-|connection:).*\r\n", "")
                .replaceFirst("\r\n", "\r\nConnection: close\r\n");
        server.getOutputStream().write(forwarded.getBytes(StandardCharsets.ISO_8859_1));
        server.getOutputStream().write(in.readNBytes(lengthIn(head)));
        server.getOutputStream().flush();
        server.getInputStream().transferTo(out);
      }
    } catch (IOException gone) {
      // The client's test sees it.
    }
  }

  private static String readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private static int lengthIn(String head) {
    Optional<String> length =
        head.lines()
            .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
            .map(line -> line.substring("content-length:".length()).strip())
            .findFirst();
    return length.map(Integer::parseInt).orElse(0);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
