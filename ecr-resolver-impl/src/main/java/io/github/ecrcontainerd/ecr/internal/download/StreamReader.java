package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.resolver.BlobReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One layer by one plain request, which is sent at the first read. */
final class StreamReader implements BlobReader {
  private final LayerSource source;
  private final long from;
  private final long total;
  private final DownloadBudget budget;
  private @Nullable Started started;
  private boolean closed;

  private record Started(StreamDownload download, CompletableFuture<Void> exchange) {}

  StreamReader(LayerSource source, long from, long total, DownloadBudget budget) {
    this.source = source;
    this.from = from;
    this.total = total;
    this.budget = budget;
  }

  @Override
  public @Nullable ByteBuffer read() throws InterruptedException {
    if (from == total || closed) {
      return null;
    }
    Started stream = started;
    if (stream == null) {
      stream = start();
      started = stream;
    }
    try {
      return stream.download.read();
    } catch (IOException e) {
      throw source.explain(e.getCause() == null ? e : e.getCause());
    }
  }

  private Started start() throws InterruptedException {
    byte[] buffer = budget.take((int) Math.min(budget.largest(), total - from));
    StreamDownload download = new StreamDownload(from, total, buffer);
    CompletableFuture<Void> exchange;
    try {
      exchange = source.start(download::start);
    } catch (RuntimeException | InterruptedException e) {
      budget.giveBack(buffer);
      budget.giveBackConnection();
      throw e;
    }
    var _ = exchange.whenComplete((nothing, cause) -> budget.giveBackConnection());
    return new Started(download, exchange);
  }

  @Override
  public void close() {
    closed = true;
    Started stream = started;
    if (stream != null) {
      started = null;
      stream.download.abandon();
      stream.exchange.cancel(true);
      budget.giveBack(stream.download.buffer());
    }
  }
}
