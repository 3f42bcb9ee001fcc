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
 * Carries what the daemon writes into a FIFO to a stream.
 *
 * <p>Opening a FIFO waits for its other end, which never comes where a task can't be made. Opened
 * for both reading and writing it waits for nothing (fifo(7)), and as long as that is open there is
 * no end of the data either: so that is kept until the daemon has opened it.
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
    // A virtual thread would keep its carrier while it reads: two of them stop all on two cores.
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("containerd-task-" + fifo.getFileName())
            .unstarted(this::run);
  }

  /** Makes a FIFO, and carries what comes through it from now on. */
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

  /** The daemon has opened its end: from now on, the data end when it closes that. */
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
      // By close(): the rest is not wanted.
    } catch (IOException e) {
      failure = e;
    }
  }

  /** A target that fails gets no more, but what the task prints is read on, or the task stops. */
  private void pass(byte[] bytes, int count) {
    try {
      target.write(bytes, 0, count);
      target.flush();
    } catch (IOException e) {
      failure = e;
    }
  }

  /**
   * Waits until all has been carried. The daemon has closed its end when it has deleted the task,
   * so that this waits for the target alone, as long as that takes.
   *
   * @throws IOException what the target threw, if it did
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
