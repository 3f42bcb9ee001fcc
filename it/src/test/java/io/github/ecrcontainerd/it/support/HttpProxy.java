package io.github.ecrcontainerd.it.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * An HTTP proxy on the loopback that leads to servers of a test in place of the hosts that are
 * asked for: so these can be AWS's, or ones that no name server knows. It forwards requests, one a
 * connection, and makes tunnels (CONNECT). It keeps the request lines and headers that it saw.
 */
public final class HttpProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final Function<String, Optional<InetSocketAddress>> servers;
  private final List<String> seen = new CopyOnWriteArrayList<>();

  /**
   * A proxy that listens from now on.
   *
   * @param servers who is a host with its port; empty where it is to be refused
   */
  public HttpProxy(Function<String, Optional<InetSocketAddress>> servers) throws IOException {
    this.servers = servers;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("proxy").start(this::accept);
  }

  /** Its URL. */
  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
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
    try (client;
        Socket server = new Socket()) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      String head = readHead(in);
      seen.add(head);
      String target = head.split(" ", 3)[1];
      boolean tunnel = head.startsWith("CONNECT ");
      Optional<InetSocketAddress> address =
          servers.apply(tunnel ? target : URI.create(target).getAuthority());
      if (address.isEmpty()) {
        write(client, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      server.connect(address.get());
      if (tunnel) {
        write(client, "HTTP/1.1 200 OK\r\n\r\n");
        Thread back = Thread.ofVirtual().start(() -> answer(server, client));
        in.transferTo(server.getOutputStream());
        server.shutdownOutput();
        back.join();
      } else {
        write(server, forwarded(head));
        server.getOutputStream().write(in.readNBytes(lengthIn(head)));
        server.getInputStream().transferTo(client.getOutputStream());
      }
    } catch (IOException | InterruptedException gone) {
      // The client's test sees it.
    }
  }

  private static void answer(Socket server, Socket client) {
    try {
      server.getInputStream().transferTo(client.getOutputStream());
      client.shutdownOutput();
    } catch (IOException gone) {
      // So is the other direction, as soon as it is used.
    }
  }

  private static void write(Socket to, String text) throws IOException {
    to.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /** A request's head as its server wants it: without the host, and without what is the proxy's. */
  private static String forwarded(String head) {
    return head.replaceFirst(" http://[^/ ]*", " ")
        .replaceAll("(?im)^(proxy-|connection:).*\r\n", "")
        .replaceFirst("\r\n", "\r\nConnection: close\r\n");
  }

  private static String readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.write(next);
    }
    return head.toString(ISO_8859_1);
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
