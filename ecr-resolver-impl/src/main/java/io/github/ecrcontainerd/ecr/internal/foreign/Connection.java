package io.github.ecrcontainerd.ecr.internal.foreign;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A connection to the host of a URL, at an address that the rule allows. The host is resolved once,
 * and the connection goes to the checked address. If a waiting thread is interrupted, the
 * connection is closed.
 */
final class Connection implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** A peer that sends nothing for this long counts as dead, as for layers from the registry. */
  private static final Duration STALL = Duration.ofSeconds(15);

  private final Socket socket;
  private final Deadline deadline;

  private Connection(Socket socket, Deadline deadline) {
    this.socket = socket;
    this.deadline = deadline;
  }

  /**
   * Connects, with TLS for an https URL.
   *
   * @param deadline the end of the time for connecting and for all later reads
   * @throws IOException if no address of the host is allowed, or none can be connected to
   */
  static Connection open(ForeignUrl url, AddressRule rule, Deadline deadline) throws IOException {
    List<InetAddress> all;
    try {
      all = Arrays.asList(InetAddress.getAllByName(url.host()));
    } catch (UnknownHostException e) {
      throw new IOException("its host is unknown", e);
    }
    List<InetAddress> allowed = all.stream().filter(rule::allows).toList();
    if (allowed.isEmpty()) {
      throw new IOException(
          "its host is not at a public address (allowPrivateForeignLayerUrls allows that)");
    }
    IOException last = null;
    for (InetAddress address : allowed) {
      try {
        return new Connection(connect(url, address, deadline), deadline);
      } catch (IOException e) {
        last = e;
        if (Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    throw last;
  }

  private static Socket connect(ForeignUrl url, InetAddress address, Deadline deadline)
      throws IOException {
    // A channel's socket, because an interrupt of its thread closes it.
    Socket plain = SocketChannel.open().socket();
    try {
      plain.connect(new InetSocketAddress(address, url.port()), deadline.within(CONNECT));
      plain.setSoTimeout(deadline.within(STALL));
      return url.isSecure() ? secure(plain, url) : plain;
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  /** The certificate must match the host name, not the address. */
  private static Socket secure(Socket plain, ForeignUrl url) throws IOException {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    SSLSocket tls = (SSLSocket) factory.createSocket(plain, url.host(), url.port(), true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    tls.setSSLParameters(parameters);
    tls.startHandshake();
    return tls;
  }

  void send(String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** The received bytes. Each read ends within the remaining time. */
  InputStream input() throws IOException {
    InputStream input = socket.getInputStream();
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        socket.setSoTimeout(deadline.within(STALL));
        try {
          return input.read(target, offset, length);
        } catch (SocketTimeoutException e) {
          throw new IOException("it stopped sending bytes", e);
        }
      }
    };
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Ignored: the socket was only read from, so no data is lost.
    }
  }
}
