package io.github.ecrcontainerd.containerd.internal.transport;

import io.github.ecrcontainerd.containerd.Peer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A connected unix stream socket without a buffer: the part that differs between transports. {@link
 * BufferedConnection} makes a {@link Connection} of it and ensures that at most one thread reads
 * and one writes, and that none does when {@link #close} is called.
 */
public interface StreamSocket {

  /**
   * Waits for bytes and reads the available ones, at least one. An interrupt has no effect.
   *
   * @param buffer a direct buffer, with room
   * @return the number of bytes, or -1 at the end
   */
  int read(ByteBuffer buffer) throws IOException;

  /**
   * Waits until the peer has room and writes some bytes, at least one. An interrupt has no effect.
   *
   * @param buffer a direct buffer, with bytes
   */
  void write(ByteBuffer buffer) throws IOException;

  /** Ends the output; the peer may continue to send. */
  void shutdownOutput() throws IOException;

  /** Ends both directions, and with them a blocked read or write of another thread. */
  void shutdown() throws IOException;

  /** The process that listened at the other end: {@code SO_PEERCRED} of unix(7). */
  Peer peer() throws IOException;

  /** Closes the descriptor. */
  void close() throws IOException;
}
