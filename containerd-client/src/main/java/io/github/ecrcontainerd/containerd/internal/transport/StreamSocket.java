package io.github.ecrcontainerd.containerd.internal.transport;

import io.github.ecrcontainerd.containerd.Peer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A connected unix stream socket as the kernel has it, without a buffer: what the ways to reach one
 * differ in. {@link BufferedConnection} makes a {@link Connection} of it, and keeps its rules: one
 * thread reads and one writes at a time, and none does when {@link #close} is called.
 */
public interface StreamSocket {

  /**
   * Waits for bytes and reads as many as there are, at least one. An interrupt of the thread
   * changes nothing.
   *
   * @param buffer a direct one, with room
   * @return how many, or -1 at the end
   */
  int read(ByteBuffer buffer) throws IOException;

  /**
   * Waits until the peer has room and writes some bytes, at least one. An interrupt of the thread
   * changes nothing.
   *
   * @param buffer a direct one, with bytes
   */
  void write(ByteBuffer buffer) throws IOException;

  /** Ends the output; the peer may go on to send. */
  void shutdownOutput() throws IOException;

  /** Ends both directions, and with them what another thread waits for in a read or a write. */
  void shutdown() throws IOException;

  /** Who listened at the other end: {@code SO_PEERCRED} of unix(7). */
  Peer peer() throws IOException;

  /** Gives the descriptor back. */
  void close() throws IOException;
}
