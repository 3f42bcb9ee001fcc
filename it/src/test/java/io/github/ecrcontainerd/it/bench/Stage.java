package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.it.bench.Daemon.Fetching;
import io.github.ecrcontainerd.it.bench.Registries.Served;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the peers of one experiment do their work: daemons of one version, and the registries. */
final class Stage implements AutoCloseable {

  /** Work that a peer does. */
  @FunctionalInterface
  interface Work {
    Usage run() throws InterruptedException;
  }

  /** This process, in which nothing but the registries works while a peer does. */
  private static final ProcessFigures OWN = new ProcessFigures(ProcessHandle.current().pid());

  private final Path programs;
  private final Registries registries;
  private final Map<Fetching, Daemon> daemons = new EnumMap<>(Fetching.class);
  private final Map<Boolean, LongLived> longLived = new HashMap<>();
  private @Nullable Blob blob;
  private @Nullable Path blobFile;

  Stage(Path programs, Registries registries) {
    this.programs = programs;
    this.registries = registries;
  }

  Registries registries() {
    return registries;
  }

  Daemon daemon() {
    return daemon(Fetching.DEFAULT);
  }

  /** The daemon that fetches so, which is started when it is first asked for. */
  Daemon daemon(Fetching fetching) {
    return daemons.computeIfAbsent(fetching, f -> new Daemon(programs, f));
  }

  /**
   * The JVM that goes on from run to run, which is started when it is first asked for. Pulls over
   * TLS have another: the buffers of two resolvers have no room in one.
   */
  LongLived longLived(Link link) {
    return longLived.computeIfAbsent(
        link.isOverTls(), overTls -> new LongLived(registries.authority()));
  }

  Blob blob() {
    if (blob == null) {
      blob = new Blob();
    }
    return blob;
  }

  /** A file of the blob, which is written when it is first asked for. */
  Path blobFile() {
    if (blobFile == null) {
      try {
        blobFile = Files.createTempFile("bench", ".blob");
        blob().writeTo(blobFile);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return blobFile;
  }

  /** Measures work, and the daemon and the registries while it goes on. */
  Run measure(Daemon daemon, Link link, Work work) throws InterruptedException {
    registries.link(link);
    ProcessFigures figures = daemon.figures();
    Served served = registries.served();
    double cpu = figures.cpu();
    double registriesCpu = OWN.ownCpu();
    figures.resetPeak();
    Usage usage = work.run();
    long peak = figures.peak();
    cpu = figures.cpu() - cpu;
    registriesCpu = OWN.ownCpu() - registriesCpu;
    served = registries.served().since(served);
    return new Run(
        usage.seconds(),
        usage.peak(),
        usage.cpu(),
        peak,
        cpu,
        registriesCpu,
        served.bytes(),
        served.requests());
  }

  @Override
  public void close() {
    try {
      longLived.values().forEach(LongLived::close);
      daemons.values().forEach(Daemon::close);
    } finally {
      deleteBlob();
    }
  }

  private void deleteBlob() {
    if (blobFile == null) {
      return;
    }
    try {
      Files.delete(blobFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
