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
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.net.ServerSocketFactory;

/**
 * An HTTP proxy on the loopback that connects to a test's servers instead of the requested hosts.
 * So the hosts can be AWS's, or names that don't resolve. It forwards requests, one a connection,
 * and makes tunnels (CONNECT), for clients that log in. It keeps the request lines and headers that
 * it received.
 */
public final class HttpProxy implements AutoCloseable {
  /** The login that it requires. */
  public static final String PASSWORD = "pRoXyPaSsWoRd";

  private static final String LOGIN = "me:" + HttpProxy.PASSWORD;

  private static final String NO_LOGIN =
      """
      HTTP/1.1 407 Proxy Authentication Required\r
      Proxy-Authenticate: Basic realm=test\r
      Content-Length: 0\r
      \r
      """;

  private final String scheme;
  private final ServerSocket listener;
  private final Function<String, Optional<InetSocketAddress>> servers;
  private final List<String> seen = new CopyOnWriteArrayList<>();

  /**
   * Starts a proxy.
   *
   * @param servers maps a host with its port to the test's server; empty to refuse the host
   */
  public HttpProxy(Function<String, Optional<InetSocketAddress>> servers) throws IOException {
    this(
        "http",
        ServerSocketFactory.getDefault()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
        servers);
  }

  private HttpProxy(
      String scheme, ServerSocket listener, Function<String, Optional<InetSocketAddress>> servers) {
    this.scheme = scheme;
    this.listener = listener;
    this.servers = servers;
    Thread.ofVirtual().name("proxy").start(this::accept);
  }

  /**
   * Starts a proxy that itself speaks TLS.
   *
   * @param certificate the proxy's, for 127.0.0.1
   * @param servers maps a host with its port to the test's server; empty to refuse the host
   */
  public static HttpProxy overTls(
      Certificate certificate, Function<String, Optional<InetSocketAddress>> servers)
      throws IOException, GeneralSecurityException {
    return new HttpProxy(
        "https",
        certificate
            .context()
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
        servers);
  }

  /** Its URL, with the login. */
  public String url() {
    return "%s://%s@127.0.0.1:%d".formatted(scheme, LOGIN, listener.getLocalPort());
  }

  /** The header of a request with the login (RFC 7617). */
  public static String authorization() {
    return "Basic " + Base64.getEncoder().encodeToString(LOGIN.getBytes(ISO_8859_1));
  }

  /** The heads of the requests so far. */
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
      if (!hasLogin(head)) {
        write(client, NO_LOGIN);
        return;
      }
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
      // The test of the client notices it.
    }
  }

  private static boolean hasLogin(String head) {
    return head.lines().anyMatch(("Proxy-Authorization: " + authorization())::equalsIgnoreCase);
  }

  private static void answer(Socket server, Socket client) {
    try {
      server.getInputStream().transferTo(client.getOutputStream());
      client.shutdownOutput();
    } catch (IOException gone) {
      // The other direction ends, too, when it is next used.
    }
  }

  private static void write(Socket to, String text) throws IOException {
    to.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /** A request's head for its server: without the host, and without the proxy's headers. */
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
