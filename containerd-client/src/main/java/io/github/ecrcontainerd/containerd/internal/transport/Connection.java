package io.github.ecrcontainerd.containerd.internal.transport;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A connected unix socket: one thread may read while another writes, and any may close it under
 * both, which ends what they wait for.
 */
public interface Connection extends Closeable {

  /** What the peer sends; its end is the peer's end. Closing it closes the connection. */
  InputStream input();

  /** To the peer: buffered, so that flushing sends. Closing it closes the connection. */
  OutputStream output();

  /** Ends the output; the peer may go on to send. */
  void shutdownOutput() throws IOException;
}
