package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.containerd.SocketTransport;
import java.util.Locale;

/** Work over one of the transports, in a JVM that goes on. */
record TransportWork(SocketTransport transport, Kind kind) implements Peer {

  /** What is carried. */
  enum Kind {
    /** A {@link Blob} into the content store, with commit. */
    INGEST("512 MiB into the store"),
    /** The same out of it. */
    READ("512 MiB out of the store"),
    /** Calls without content, one after the other. */
    UNARY(CALLS + " calls");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** How many calls are a run of {@link Kind#UNARY}. */
  static final int CALLS = 2000;

  @Override
  public String name() {
    return kind.words + ", " + transport;
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    Daemon daemon = stage.daemon();
    daemon.clear();
    String task = kind.name().toLowerCase(Locale.ROOT);
    String socket = daemon.socket().toString();
    if (kind == Kind.READ) {
      var _ = stage.longLived(Link.UNLIMITED).run("ingest", socket, transport.name());
    }
    return stage.measure(
        daemon,
        Link.UNLIMITED,
        () -> stage.longLived(Link.UNLIMITED).run(task, socket, transport.name()));
  }
}
