package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.resolver.BlobReader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the bytes of one layer in order from its window. */
final class LayerReader implements BlobReader {
  private final LayerSource source;
  private final RangePlan plan;
  private final RangeScheduler scheduler;
  private @Nullable LayerWindow window;
  private boolean closed;

  LayerReader(LayerSource source, RangePlan plan, RangeScheduler scheduler) {
    this.source = source;
    this.plan = plan;
    this.scheduler = scheduler;
  }

  @Override
  public @Nullable ByteBuffer read() throws InterruptedException {
    if (closed) {
      return null;
    }
    LayerWindow open = window;
    if (open == null) {
      open = scheduler.open(source, source.locate(plan.from()) ? plan : plan.whole());
      window = open;
    }
    while (true) {
      RangeDownload head = scheduler.head(open);
      if (head == null) {
        return null;
      }
      ByteBuffer bytes = head.read();
      if (bytes != null) {
        return bytes;
      }
      scheduler.dropHead(open);
    }
  }

  @Override
  public void rejected() {
    source.rejected();
  }

  @Override
  public void close() {
    closed = true;
    LayerWindow open = window;
    if (open != null) {
      window = null;
      scheduler.close(open);
    }
  }
}
