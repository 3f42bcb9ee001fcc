package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Resolution;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where the time of one pull goes: when each document and layer came, and when each layer was
 * unpacked. A cold JVM of its own, containerd's own programs, a link of 60 MiB/s a connection.
 */
final class Timeline implements PullListener {
  private static final int COLUMNS = 72;

  private final long start = System.nanoTime();
  private final List<Stretch> stretches = new ArrayList<>();

  /** From the beginning of something to its end, in ms since the pull began. */
  private static final class Stretch {
    final String what;
    final Descriptor content;
    final long from;
    long to;

    Stretch(String what, Descriptor content, long now) {
      this.what = what;
      this.content = content;
      this.from = now;
      this.to = now;
    }
  }

  private Timeline() {}

  /**
   * Pulls, and prints.
   *
   * @param args the directory of containerd's programs, and the name of a {@link Sample}
   */
  public static void main(String[] args) throws InterruptedException {
    Sample sample = Sample.valueOf(args[1]);
    try (LocalEcr ecr = LocalEcr.open();
        Containerd daemon = Containerd.open(Path.of(args[0]), "", Map.of())) {
      var _ = new Samples(ecr).image(sample);
      ecr.server()
          .conditions()
          .bandwidthPerConnection(Link.BYTES_PER_SECOND)
          .layerLatency(Link.FIRST_BYTE);
      Timeline timeline = new Timeline();
      try (EcrResolver resolver = ecr.resolver().layerDownloadParallelism(8).build();
          ContainerdClient containerd =
              ContainerdClient.builder().address(daemon.socket()).build()) {
        var _ =
            containerd.pull(
                ecr.reference(sample.repository(), "latest"),
                resolver,
                PullOptions.builder().listener(timeline).build());
        timeline.print(timeline.now());
      }
    }
  }

  @Override
  public void allLeftToTheDaemon(String reason) {
    System.out.println("The daemon unpacks all layers: " + reason);
  }

  @Override
  public void leftToTheDaemon(Descriptor layer, String reason) {
    System.out.printf("The daemon unpacks %s: %s%n", layer.digest(), reason);
  }

  private long now() {
    return (System.nanoTime() - start) / 1_000_000;
  }

  private synchronized void begin(String what, Descriptor content) {
    stretches.add(new Stretch(what, content, now()));
  }

  private synchronized void end(String what, Descriptor content) {
    stretches.stream()
        .filter(each -> each.what.equals(what) && each.content.digest().equals(content.digest()))
        .forEach(each -> each.to = now());
  }

  @Override
  public void resolved(Resolution image) {
    begin("resolve", image.target());
  }

  @Override
  public void started(Descriptor content, long offset) {
    begin("fetch", content);
  }

  @Override
  public void completed(Descriptor content) {
    end("fetch", content);
  }

  @Override
  public void unpacking(Descriptor layer) {
    begin("unpack", layer);
  }

  @Override
  public void unpacked(Descriptor layer) {
    end("unpack", layer);
  }

  private synchronized void print(long total) {
    for (Stretch each : stretches) {
      int first = (int) (each.from * COLUMNS / total);
      int length = Math.max(1, (int) ((each.to - each.from) * COLUMNS / total));
      System.out.printf(
          "%-8s%9.1f MiB %6d ms to %6d |%s%s%n",
          each.what,
          each.content.size() / (double) (1 << 20),
          each.from,
          each.to,
          " ".repeat(first),
          (each.what.equals("unpack") ? "=" : "-").repeat(length));
    }
    System.out.printf("%37s %d ms%n", "all of it", total);
  }
}
