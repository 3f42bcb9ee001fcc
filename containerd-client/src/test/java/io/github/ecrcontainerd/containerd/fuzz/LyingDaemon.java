package io.github.ecrcontainerd.containerd.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server of HTTP/2 (RFC 9113) on a unix socket that answers each request with the frames that a
 * test chooses. No gRPC server sends such ones.
 */
final class LyingDaemon implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int GOAWAY = 7;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int ACK = 1;
  private static final int PREFACE_BYTES = 24;
  private static final Duration CLOSED_BY_THEN = Duration.ofSeconds(10);

  /** {@code :status: 200}, from HPACK's static table (RFC 7541). */
  private static final String OK = "\u0088";

  private final ServerSocketChannel listener;
  private final List<Thread> serving = new CopyOnWriteArrayList<>();
  private volatile Answer answer = (stream, out) -> {};

  /** Answers one request. */
  interface Answer {
    void to(int stream, Frames out) throws IOException;
  }

  LyingDaemon(Path socket) throws IOException {
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().name("lying-daemon").start(this::accept);
  }

  void answers(Answer with) {
    answer = with;
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel client = listener.accept();
        serving.add(Thread.ofPlatform().daemon().start(() -> serve(client)));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(client));
      Frames out =
          new Frames(
              new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(client))));
      in.skipNBytes(PREFACE_BYTES);
      out.frame(SETTINGS, 0, 0, new byte[0]);
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] content = in.readNBytes(length);
        if (type == SETTINGS && (flags & ACK) == 0) {
          out.frame(SETTINGS, ACK, 0, new byte[0]);
        } else if (type == PING && (flags & ACK) == 0) {
          out.frame(PING, ACK, 0, content);
        } else if (type == DATA && (flags & END_STREAM) != 0) {
          answer.to(stream, out);
          out.flush();
        }
      }
    } catch (EOFException ended) {
      // The client has closed the connection.
    } catch (IOException gone) {
      // The client has refused the answer.
    }
  }

  /** Writes frames to the client. */
  static final class Frames {
    private final DataOutputStream out;

    private Frames(DataOutputStream out) {
      this.out = out;
    }

    void frame(int type, int flags, int stream, byte[] content) throws IOException {
      out.write(content.length >> 16);
      out.writeShort(content.length);
      out.write(type);
      out.write(flags);
      out.writeInt(stream);
      out.write(content);
      if (stream == 0) {
        out.flush();
      }
    }

    void bytes(byte[] raw) throws IOException {
      out.write(raw);
    }

    void flush() throws IOException {
      out.flush();
    }

    /** The head of an answer. */
    void head(int stream) throws IOException {
      frame(HEADERS, END_HEADERS, stream, bytesOf(OK + field("content-type", "application/grpc")));
    }

    /** A message, in frames of at most 16 KiB. */
    void message(int stream, byte[] protobuf) throws IOException {
      byte[] prefixed = new byte[protobuf.length + 5];
      for (int i = 0; i < 4; i++) {
        prefixed[1 + i] = (byte) (protobuf.length >> (24 - 8 * i));
      }
      System.arraycopy(protobuf, 0, prefixed, 5, protobuf.length);
      for (int at = 0; at < prefixed.length; at += 16_384) {
        frame(
            DATA,
            0,
            stream,
            java.util.Arrays.copyOfRange(prefixed, at, Math.min(prefixed.length, at + 16_384)));
      }
    }

    /** The end of an answer, with a status. */
    void end(int stream, String status, String text) throws IOException {
      frame(
          HEADERS,
          END_HEADERS | END_STREAM,
          stream,
          bytesOf(field("grpc-status", status) + field("grpc-message", text)));
    }
  }

  static byte[] bytesOf(String text) {
    return text.getBytes(ISO_8859_1);
  }

  /** A header field without indexing (RFC 7541, 6.2.2). */
  static String field(String name, String value) {
    return "\u0000" + text(name) + text(value);
  }

  /** A string without Huffman's code (RFC 7541, 5.1, 5.2). */
  private static String text(String value) {
    StringBuilder text = new StringBuilder();
    int length = value.length();
    if (length < 0x7f) {
      text.append((char) length);
    } else {
      text.append((char) 0x7f);
      for (length -= 0x7f; length >= 0x80; length >>= 7) {
        text.append((char) (0x80 | (length & 0x7f)));
      }
      text.append((char) length);
    }
    return text.append(value).toString();
  }

  /** Waits until the client has closed its connections: a part of what a hostile peer tests. */
  @Override
  public void close() throws IOException {
    listener.close();
    try {
      for (Thread each : serving) {
        if (!each.join(CLOSED_BY_THEN)) {
          throw new AssertionError("the client is closed, but not its connection");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while a connection ended", e);
    }
  }
}
