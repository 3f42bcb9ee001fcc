package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.containerd.SocketTransport;

/**
 * A {@link Blob} into the content store, from the memory of a JVM that goes on.
 *
 * @param raw by the {@link RawWriter} instead of our ingest
 */
record StoreWrite(boolean raw) implements Peer {

  @Override
  public String name() {
    return raw ? "writer from memory, 4 MiB, 2 in flight" : "our ingest";
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    Daemon daemon = stage.daemon();
    daemon.clear();
    return stage.measure(
        daemon,
        Link.UNLIMITED,
        () ->
            raw
                ? stage.longLived(Link.UNLIMITED).run("write", daemon.socket().toString())
                : stage
                    .longLived(Link.UNLIMITED)
                    .run("ingest", daemon.socket().toString(), SocketTransport.FFM.name()));
  }
}
