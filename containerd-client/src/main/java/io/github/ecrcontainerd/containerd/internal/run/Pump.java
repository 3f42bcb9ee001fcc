package io.github.ecrcontainerd.containerd.internal.run;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.ecrcontainerd.containerd.internal.ffm.Fifo;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Copies the data that the daemon writes into a FIFO to a stream.
 *
 * <p>Opening a FIFO waits for its other end, which is never opened if the task can't be created.
 * Opening it for both reading and writing doesn't wait (fifo(7)). While that descriptor is open,
 * readers see no end of the data, so it stays open until the daemon has opened its end.
 */
final class Pump implements AutoCloseable {
  private static final int BUFFER_SIZE = 64 * 1024;

  private final Path fifo;
  private final FileChannel keeper;
  private final FileChannel reader;
  private final OutputStream target;
  private final Thread thread;
  private volatile @Nullable IOException failure;

  private Pump(Path fifo, FileChannel keeper, FileChannel reader, OutputStream target) {
    this.fifo = fifo;
    this.keeper = keeper;
    this.reader = reader;
    this.target = target;
    // A virtual thread would pin its carrier while it reads: two would block all others on two
    // cores.
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("containerd-task-" + fifo.getFileName())
            .unstarted(this::run);
  }

  /** Creates a FIFO, and starts to copy its data. */
  static Pump start(Path fifo, OutputStream target) throws IOException {
    Fifo.create(fifo);
    FileChannel keeper = FileChannel.open(fifo, READ, WRITE);
    try {
      Pump pump = new Pump(fifo, keeper, FileChannel.open(fifo, READ), target);
      pump.thread.start();
      return pump;
    } catch (IOException e) {
      keeper.close();
      throw e;
    }
  }

  Path fifo() {
    return fifo;
  }

  /**
   * Call when the daemon has opened its end. From then on, the data ends when the daemon closes it.
   */
  void connected() throws IOException {
    keeper.close();
  }

  private void run() {
    byte[] bytes = new byte[BUFFER_SIZE];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      while (reader.read(buffer.clear()) >= 0) {
        if (failure == null) {
          pass(bytes, buffer.position());
        }
      }
    } catch (ClosedChannelException e) {
      // close() was called: the rest is discarded.
    } catch (IOException e) {
      failure = e;
    }
  }

  /**
   * Writes to the target. After a failure no more is written, but reading continues, because
   * otherwise the task would block.
   */
  private void pass(byte[] bytes, int count) {
    try {
      target.write(bytes, 0, count);
      target.flush();
    } catch (IOException e) {
      failure = e;
    }
  }

  /**
   * Waits without a limit until all data is copied. After the task is deleted, the daemon has
   * closed its end, so this waits only for the target.
   *
   * @throws IOException if the target threw it
   */
  void drain() throws IOException, InterruptedException {
    thread.join();
    IOException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
  }

  @Override
  public void close() throws IOException {
    keeper.close();
    reader.close();
    Files.deleteIfExists(fifo);
  }
}
