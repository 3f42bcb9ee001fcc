package io.github.ecrcontainerd.it.bench;

/** {@code ctr content ingest} of a {@link Blob}, with its digest and size. */
record CtrIngest() implements Peer {

  @Override
  public String name() {
    return "ctr content ingest";
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    Daemon daemon = stage.daemon();
    daemon.clear();
    Blob blob = stage.blob();
    Program ingest =
        new Program(
                daemon.ctr(
                    "content",
                    "ingest",
                    "--expected-digest",
                    blob.digest().toString(),
                    "--expected-size",
                    Long.toString(blob.size()),
                    "bench"))
            .from(stage.blobFile());
    return stage.measure(daemon, Link.UNLIMITED, ingest::run);
  }
}
