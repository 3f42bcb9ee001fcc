package io.github.ecrcontainerd.containerd.internal.unpack;

import io.github.ecrcontainerd.containerd.internal.events.Recorder;
import io.github.ecrcontainerd.containerd.internal.events.UnpackEvent;
import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.internal.image.Compression;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A layer that is unpacked while it arrives, into its own snapshot without a parent. One thread
 * decompresses, another one hashes and writes the result. They are platform threads, because they
 * compute and call the kernel most of the time, which would pin the carriers of virtual threads.
 */
final class LayerStage implements AutoCloseable {
  private static final int BUFFER_SIZE = 64 << 10;

  private final String key;
  private final DirectoryHandle directory;
  private final LayerWriter writer;
  private final @Nullable UnpackEvent event;
  private final ByteRing bytes = new ByteRing();
  private final ByteRing archive = new ByteRing();
  private final FutureTask<@Nullable Void> inflating;
  private final FutureTask<@Nullable Void> writing;
  private final List<Thread> threads;

  /**
   * Starts to unpack a layer.
   *
   * @param layer the layer to unpack
   * @param key the key of the snapshot, which the caller removes or commits
   * @param directory the directory of the snapshot; closed with this
   * @param overOthers whether there are layers below
   * @param diffId the expected diff ID
   */
  LayerStage(
      Descriptor layer, String key, DirectoryHandle directory, boolean overOthers, Digest diffId) {
    this.event = Recorder.isOn() ? new UnpackEvent(layer, true) : null;
    this.key = key;
    this.directory = directory;
    this.writer = new LayerWriter(directory, overOthers);
    this.inflating = task(this::inflate);
    this.writing = task(() -> write(diffId));
    this.threads = List.of(start("inflate", inflating), start("unpack", writing));
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static FutureTask<@Nullable Void> task(Work work) {
    return new FutureTask<>(
        () -> {
          work.run();
          return null;
        });
  }

  private static Thread start(String name, FutureTask<@Nullable Void> task) {
    return Thread.ofPlatform().daemon().name(name).start(task);
  }

  private void inflate() throws IOException, InterruptedException {
    try (ByteRing arriving = bytes;
        InputStream uncompressed = Compression.uncompressed(arriving)) {
      archive.putAll(uncompressed);
      archive.end();
    } finally {
      archive.cutOff();
    }
  }

  private void write(Digest diffId) throws IOException {
    boolean completed = false;
    try {
      writeAndHash(diffId);
      completed = true;
    } finally {
      if (event != null) {
        event.ended(completed);
      }
    }
  }

  private void writeAndHash(Digest diffId) throws IOException {
    MessageDigest hash = diffId.algorithm().newHash();
    try (ByteRing arriving = archive;
        InputStream hashed =
            new BufferedInputStream(new DigestInputStream(arriving, hash), BUFFER_SIZE)) {
      writer.write(new TarReader(hashed));
      var _ = hashed.transferTo(OutputStream.nullOutputStream());
    }
    Digest seen = Digest.of(diffId.algorithm(), hash);
    if (!seen.equals(diffId)) {
      throw new UnknownArchiveException("it unpacks to " + seen);
    }
  }

  String key() {
    return key;
  }

  /** Adds the next bytes of the layer. */
  void put(ByteBuffer some) throws InterruptedException {
    bytes.put(some);
  }

  /** Ends the layer: all its bytes have arrived. */
  void end() {
    bytes.end();
  }

  /** Cuts the layer off: it won't arrive completely, or was damaged. */
  void cutOff() {
    bytes.cutOff();
  }

  /**
   * Waits until the layer is unpacked.
   *
   * @throws IOException if it can't be
   */
  void await() throws IOException, InterruptedException {
    // Check this first: a decompression failure also fails the writing, with a less useful message.
    await(inflating);
    await(writing);
  }

  private static void await(FutureTask<?> task) throws IOException, InterruptedException {
    try {
      task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Moves the unpacked files into the snapshot with these directories. */
  void moveTo(List<DirectoryHandle> snapshot) throws IOException {
    writer.move().to(snapshot.getFirst(), snapshot.subList(1, snapshot.size()));
  }

  /** Ends the work, and waits until it has ended. */
  @Override
  public void close() {
    bytes.cutOff();
    boolean interrupted = false;
    while (threads.stream().anyMatch(Thread::isAlive)) {
      try {
        for (Thread thread : threads) {
          thread.join();
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    writer.close();
    directory.close();
  }
}
