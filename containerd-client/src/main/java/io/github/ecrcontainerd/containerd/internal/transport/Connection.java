package io.github.ecrcontainerd.containerd.internal.transport;

import io.github.ecrcontainerd.containerd.Peer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A connected unix socket: one thread may read while another writes, and any may close it under
 * both, which ends what they wait for.
 *
 * <p>An interrupt ends nothing: a thread that waits here goes on to wait, its connection stays
 * whole, and it keeps its interrupt for whoever it works for. Many calls share one connection, and
 * the thread of one of them must not end the others. What has to end is closed.
 *
 * <p>Reads and writes block their thread in the kernel, where a virtual thread may keep its
 * carrier: use it from platform threads.
 */
public interface Connection extends Closeable {

  /** What the peer sends; its end is the peer's end. Closing it closes the connection. */
  InputStream input();

  /** To the peer: buffered, so that flushing sends. Closing it closes the connection. */
  OutputStream output();

  /** Ends the output; the peer may go on to send. */
  void shutdownOutput() throws IOException;

  /** Who listened at the other end when this connected. */
  Peer peer() throws IOException;
}
