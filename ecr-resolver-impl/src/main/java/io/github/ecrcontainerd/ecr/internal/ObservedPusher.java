package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Set;

/** A pusher that reports its transfers to a listener. */
record ObservedPusher(Pusher pusher, TransferListener listener) implements Pusher {

  @Override
  public Set<Digest> missing(Collection<Descriptor> blobs) throws InterruptedException {
    return pusher.missing(blobs);
  }

  @Override
  public void checkRoot(Descriptor root) {
    pusher.checkRoot(root);
  }

  @Override
  public BlobWriter write(Descriptor blob) throws InterruptedException {
    ObservedTransfer transfer = ObservedTransfer.begin(listener, blob, 0);
    return new ObservedWriter(transfer.attempt(() -> pusher.write(blob)), transfer);
  }

  @Override
  public void putManifest(Descriptor manifest, byte[] content) throws InterruptedException {
    put(manifest, content, () -> pusher.putManifest(manifest, content));
  }

  @Override
  public void putRoot(Descriptor root, byte[] content) throws InterruptedException {
    put(root, content, () -> pusher.putRoot(root, content));
  }

  private void put(Descriptor manifest, byte[] content, Call call) throws InterruptedException {
    ObservedTransfer transfer = ObservedTransfer.begin(listener, manifest, 0);
    call.in(transfer);
    transfer.moved(content.length);
    transfer.completed();
  }

  /** A step without a result. */
  private interface Call {
    void run() throws InterruptedException;

    default void in(ObservedTransfer transfer) throws InterruptedException {
      transfer.attempt(
          () -> {
            run();
            return true;
          });
    }
  }

  private record ObservedWriter(BlobWriter writer, ObservedTransfer transfer)
      implements BlobWriter {

    @Override
    public void write(ByteBuffer bytes) throws InterruptedException {
      int length = bytes.remaining();
      Call call = () -> writer.write(bytes);
      call.in(transfer);
      transfer.moved(length);
    }

    @Override
    public void commit() throws InterruptedException {
      Call call = writer::commit;
      call.in(transfer);
      transfer.completed();
    }

    @Override
    public void close() {
      try {
        writer.close();
      } finally {
        transfer.closed();
      }
    }
  }
}
