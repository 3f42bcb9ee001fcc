package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.content.ContentInfo;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.it.daemon.Containerd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A private containerd whose content comes and goes. */
final class Daemon implements AutoCloseable {

  /** How a daemon pulls by itself, where it can. */
  enum Fetching {
    DEFAULT("", false),
    /** The transfer service's parallel fetch, which containerd has since 2.1. */
    PARALLEL(Constants.PARALLEL_FETCH, false),
    /** The same, and layers are decompressed by ISA-L's program. */
    PARALLEL_WITH_IGZIP(Constants.PARALLEL_FETCH, true);

    private static final class Constants {
      static final String PARALLEL_FETCH =
          """
          [plugins."io.containerd.transfer.v1.local"]
          max_concurrent_downloads = 8
          concurrent_layer_fetch_buffer = 8388608
          """;
    }

    private final String settings;
    private final boolean igzip;

    Fetching(String settings, boolean igzip) {
      this.settings = settings;
      this.igzip = igzip;
    }

    /** Those that a daemon of a version has. */
    static Stream<Fetching> of(String containerd) {
      return containerd.startsWith("1.") ? Stream.of(DEFAULT) : Stream.of(values());
    }

    /** 2.x takes igzip where it finds it on its path. */
    private Map<String, String> environment() {
      return igzip ? Map.of() : Map.of("CONTAINERD_DISABLE_IGZIP", "1");
    }
  }

  private final Containerd containerd;
  private final ContainerdClient client;
  private final ProcessFigures figures;

  Daemon(Path programs, Fetching fetching) {
    containerd = Containerd.open(programs, fetching.settings, fetching.environment());
    client = ContainerdClient.builder().address(containerd.socket()).build();
    figures = new ProcessFigures(containerd.pid());
  }

  Path socket() {
    return containerd.socket();
  }

  ProcessFigures figures() {
    return figures;
  }

  List<String> ctr(String... arguments) {
    return containerd.ctrCommand(arguments);
  }

  /**
   * Removes all images with their content and snapshots, and waits until they are gone.
   *
   * @throws IllegalStateException if some are not: then the next run would have less to do
   */
  void clear() throws InterruptedException {
    for (Image image : client.images().list()) {
      client.images().delete(image.name());
    }
    for (ContentInfo blob : client.content().list()) {
      client.content().delete(blob.digest());
    }
    for (Lease lease : client.leases().list()) {
      client.leases().delete(lease.id());
    }
    // Only the end of a lease waits for the collection also where there was no image.
    String last = client.leases().create("", Duration.ofHours(1)).id();
    client.leases().deleteAndCollect(last);
    for (String directory :
        List.of(
            "io.containerd.content.v1.content/blobs/sha256",
            "io.containerd.content.v1.content/ingest",
            "io.containerd.snapshotter.v1.overlayfs/snapshots")) {
      requireEmpty(containerd.root().resolve(directory));
    }
  }

  private static void requireEmpty(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      files
          .findAny()
          .ifPresent(
              file -> {
                throw new IllegalStateException("Left from the run before: " + file);
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    client.close();
    containerd.close();
  }
}
