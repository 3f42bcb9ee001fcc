package io.github.ecrcontainerd.containerd.internal.transport;

import io.github.ecrcontainerd.containerd.Peer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A connected unix socket. One thread may read while another writes. Any thread may close it, which
 * ends a blocked read or write.
 *
 * <p>An interrupt has no effect on a read or write: the thread continues to wait and keeps its
 * interrupt status. Many calls share one connection, so an interrupt of one call must not end the
 * others. Close the connection to end it.
 *
 * <p>Reads and writes block in the kernel, where a virtual thread may pin its carrier. Use it from
 * platform threads.
 */
public interface Connection extends Closeable {

  /**
   * The bytes from the peer; it ends when the peer ends its output. Closing it closes the
   * connection.
   */
  InputStream input();

  /** The buffered stream to the peer; flush it to send. Closing it closes the connection. */
  OutputStream output();

  /** Ends the output; the peer may continue to send. */
  void shutdownOutput() throws IOException;

  /** The process that listened at the other end when this connected. */
  Peer peer() throws IOException;
}
