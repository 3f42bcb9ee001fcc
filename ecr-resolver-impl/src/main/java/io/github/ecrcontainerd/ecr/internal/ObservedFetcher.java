package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A fetcher that reports its transfers to a listener. */
record ObservedFetcher(Fetcher fetcher, TransferListener listener) implements Fetcher {

  @Override
  public BlobReader fetch(Descriptor descriptor, long offset) throws InterruptedException {
    ObservedTransfer transfer = ObservedTransfer.begin(listener, descriptor, offset);
    BlobReader reader = transfer.attempt(() -> fetcher.fetch(descriptor, offset));
    return new ObservedReader(reader, transfer, descriptor.size() - offset);
  }

  @Override
  public Map<Digest, Long> sizes(Collection<Digest> blobs) throws InterruptedException {
    return fetcher.sizes(blobs);
  }

  @Override
  public List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
    return fetcher.referrers(subject);
  }

  private static final class ObservedReader implements BlobReader {
    private final BlobReader reader;
    private final ObservedTransfer transfer;
    private long rest;

    ObservedReader(BlobReader reader, ObservedTransfer transfer, long rest) {
      this.reader = reader;
      this.transfer = transfer;
      this.rest = rest;
    }

    @Override
    public @Nullable ByteBuffer read() throws InterruptedException {
      Bytes next = transfer.attempt(() -> new Bytes(reader.read()));
      ByteBuffer bytes = next.orNone;
      int length = bytes == null ? 0 : bytes.remaining();
      transfer.moved(length);
      rest -= length;
      // Completion is reported with the last byte, because not every consumer reads once more after
      // it.
      if (bytes == null || rest == 0) {
        transfer.completed();
      }
      return bytes;
    }

    @Override
    public void rejected() {
      reader.rejected();
    }

    @Override
    public void close() {
      try {
        reader.close();
      } finally {
        transfer.closed();
      }
    }
  }

  private record Bytes(@Nullable ByteBuffer orNone) {}
}
