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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy on the loopback that makes tunnels (CONNECT) to servers of a test in place of the
 * hosts that they are for: so these can be AWS's. It refuses all else.
 */
public final class TunnelProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final Function<String, InetSocketAddress> servers;
  private final List<String> hosts = new CopyOnWriteArrayList<>();

  /**
   * A proxy that listens from now on.
   *
   * @param servers where the tunnel for a host and port ends
   */
  public TunnelProxy(Function<String, InetSocketAddress> servers) throws IOException {
    this.servers = servers;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("tunnels").start(this::accept);
  }

  /** As the variable {@code HTTPS_PROXY} has it. */
  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** The hosts and ports that tunnels were made for, in that order. */
  public List<String> hosts() {
    return hosts;
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
        Socket behind = new Socket()) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      String request = readLine(in);
      for (String header = request; !header.isEmpty(); ) {
        header = readLine(in);
      }
      String[] words = request.split(" ", -1);
      if (!words[0].equals("CONNECT")) {
        client.getOutputStream().write("HTTP/1.1 405 No\r\n\r\n".getBytes(ISO_8859_1));
        return;
      }
      hosts.add(words[1]);
      behind.connect(servers.apply(words[1]));
      client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
      Thread back = Thread.ofVirtual().start(() -> pass(behind, client, null));
      pass(client, behind, in);
      back.join();
    } catch (IOException | InterruptedException gone) {
      // The client's test sees it.
    }
  }

  private static void pass(Socket from, Socket to, @Nullable InputStream read) {
    try {
      InputStream in = read == null ? from.getInputStream() : read;
      in.transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException gone) {
      // So is the other direction, as soon as it is used.
    }
  }

  private static String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("no request");
      }
      line.write(next);
    }
    return line.toString(ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
