package io.github.ecrcontainerd.containerd.internal.transfer;

import static java.util.Objects.requireNonNull;

import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.internal.scope.TaskGroup;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Transfers an image from a source to a sink: its blobs in order, several at a time. The first
 * failure ends all transfers.
 */
public final class ImageTransfer {
  /** The number of concurrent blob transfers: enough to saturate a link with small blobs. */
  private static final int MAX_BLOBS_AT_A_TIME = 4;

  /** A task that runs concurrently with the transfers and uses the blobs as they arrive. */
  @FunctionalInterface
  public interface Companion {
    void run(Arrivals arrivals) throws InterruptedException;
  }

  /** Waits for a blob to arrive. */
  @FunctionalInterface
  public interface Arrivals {
    void await(Descriptor blob) throws InterruptedException;
  }

  private final ImageGraph image;
  private final Source source;
  private final Sink sink;

  public ImageTransfer(ImageGraph image, Source source, Sink sink) {
    this.image = image;
    this.source = source;
    this.sink = sink;
  }

  /** Transfers the image. */
  public void run() throws InterruptedException {
    run(arrivals -> {});
  }

  /** Transfers the image, with a concurrent task that ends before this returns. */
  public void run(Companion companion) throws InterruptedException {
    List<Descriptor> blobs = sink.begin(image, source);
    Map<Digest, CountDownLatch> arriving = new LinkedHashMap<>();
    blobs.forEach(blob -> arriving.put(blob.digest(), new CountDownLatch(1)));
    try (TaskGroup tasks = new TaskGroup("transfer")) {
      tasks.fork(() -> companion.run(blob -> await(arriving.get(blob.digest()))));
      Semaphore places = new Semaphore(MAX_BLOBS_AT_A_TIME);
      for (Descriptor blob : blobs) {
        // The blobs get connections and daemon streams in this order.
        CountDownLatch opened = new CountDownLatch(1);
        boolean started =
            tasks.fork(
                places,
                () -> {
                  try {
                    sink.bring(blob, source, opened::countDown);
                    requireNonNull(arriving.get(blob.digest())).countDown();
                  } finally {
                    opened.countDown();
                  }
                });
        if (started) {
          opened.await();
        }
      }
      tasks.join();
    }
    sink.end(image);
  }

  /** A blob that isn't transferred is already there. */
  private static void await(@Nullable CountDownLatch arrival) throws InterruptedException {
    if (arrival != null) {
      arrival.await();
    }
  }
}
