package io.github.ecrcontainerd.containerd.internal.transport;

import io.github.ecrcontainerd.containerd.Peer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection over any socket: adds buffers, and locks so that it can be closed at any time.
 *
 * <p>Closing first shuts the socket down, which ends a blocked read or write. It releases the
 * descriptor and the memory only after both have returned from the kernel, because a reused
 * descriptor number would refer to another file.
 */
public final class BufferedConnection implements Connection {
  /**
   * gRPC reads and writes in pieces of 8 KiB, its buffers' size. A system call for each would be
   * slow.
   */
  private static final int BUFFER_SIZE = 256 * 1024;

  private final Path path;
  private final StreamSocket socket;
  private final Arena memory = Arena.ofShared();
  private final MemorySegment buffers = memory.allocate(2 * BUFFER_SIZE);
  private final Input input = new Input(buffers.asSlice(0, BUFFER_SIZE).asByteBuffer());
  private final Output output = new Output(buffers.asSlice(BUFFER_SIZE).asByteBuffer());
  private final AtomicBoolean closing = new AtomicBoolean();

  /**
   * Takes over a socket.
   *
   * @param path the socket's path, for messages
   */
  public BufferedConnection(Path path, StreamSocket socket) {
    this.path = path;
    this.socket = socket;
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void shutdownOutput() throws IOException {
    output.shutdown();
  }

  @Override
  public Peer peer() throws IOException {
    requireOpen();
    return socket.peer();
  }

  @Override
  public void close() throws IOException {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    try {
      socket.shutdown();
    } finally {
      // Lock order: input before output. No code takes both in the reverse order.
      input.turn.lock();
      output.turn.lock();
      try (memory) {
        socket.close();
      } finally {
        output.turn.unlock();
        input.turn.unlock();
      }
    }
  }

  private void requireOpen() throws SocketException {
    if (closing.get()) {
      throw new SocketException("the connection to " + path + " is closed");
    }
  }

  private SocketException failed(String what, IOException cause) {
    SocketException failure =
        closing.get()
            ? new SocketException("the connection to " + path + " is closed")
            : new SocketException(what + " " + path + ": " + cause.getMessage());
    failure.initCause(cause);
    return failure;
  }

  @Override
  public String toString() {
    return "unix:" + path;
  }

  private final class Input extends InputStream {
    final Lock turn = new ReentrantLock();
    private final ByteBuffer arrived;

    Input(ByteBuffer buffer) {
      arrived = buffer.limit(0);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      turn.lock();
      try {
        requireOpen();
        if (!arrived.hasRemaining() && !fill()) {
          return -1;
        }
        int count = Math.min(length, arrived.remaining());
        arrived.get(bytes, offset, count);
        return count;
      } finally {
        turn.unlock();
      }
    }

    private boolean fill() throws IOException {
      arrived.clear();
      try {
        return socket.read(arrived) >= 0;
      } catch (IOException e) {
        throw failed("can't read from", e);
      } finally {
        arrived.flip();
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public void close() throws IOException {
      BufferedConnection.this.close();
    }
  }

  private final class Output extends OutputStream {
    final Lock turn = new ReentrantLock();
    private final ByteBuffer waiting;

    Output(ByteBuffer buffer) {
      waiting = buffer;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      turn.lock();
      try {
        requireOpen();
        int from = offset;
        int end = offset + length;
        while (from < end) {
          int count = Math.min(end - from, waiting.remaining());
          waiting.put(bytes, from, count);
          from += count;
          if (!waiting.hasRemaining()) {
            send();
          }
        }
      } finally {
        turn.unlock();
      }
    }

    @Override
    public void flush() throws IOException {
      turn.lock();
      try {
        requireOpen();
        send();
      } finally {
        turn.unlock();
      }
    }

    private void send() throws IOException {
      waiting.flip();
      try {
        while (waiting.hasRemaining()) {
          socket.write(waiting);
        }
      } catch (IOException e) {
        throw failed("can't write to", e);
      } finally {
        waiting.compact();
      }
    }

    void shutdown() throws IOException {
      turn.lock();
      try {
        requireOpen();
        send();
        end();
      } finally {
        turn.unlock();
      }
    }

    private void end() throws IOException {
      try {
        socket.shutdownOutput();
      } catch (IOException e) {
        throw failed("can't end the output to", e);
      }
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void close() throws IOException {
      BufferedConnection.this.close();
    }
  }
}
