package io.github.ecrcontainerd.containerd.internal.transfer;

import io.github.ecrcontainerd.containerd.ContentListener;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.internal.image.Transfers;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Pusher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * A repository of a registry. Blobs are stored first, then documents, children before parents, so
 * that no document lacks its children. The tag moves last, after the referrers.
 *
 * @param pusher writes the repository
 * @param listener receives the events of each transfer
 */
public record RegistrySink(Pusher pusher, ContentListener listener) implements Sink {

  @Override
  public List<Descriptor> begin(ImageGraph image, Source source) throws InterruptedException {
    pusher.checkRoot(image.root().descriptor());
    Collection<Descriptor> blobs = image.blobs();
    Set<Digest> missing = pusher.missing(blobs);
    List<Descriptor> uploads = new ArrayList<>();
    for (Descriptor blob : blobs) {
      if (missing.contains(blob.digest())) {
        uploads.add(blob);
      } else {
        listener.alreadyThere(blob);
      }
    }
    source.require(uploads);
    return uploads;
  }

  /**
   * Uploads a blob. Retries once from its start if the registry loses the upload, or on a digest
   * mismatch, because the bytes may have been damaged in transit.
   */
  @Override
  public void bring(Descriptor blob, Source source, Runnable opened) throws InterruptedException {
    // Uploads don't wait for each other, because a registry accepts blobs in any order.
    opened.run();
    Transfers.twice(
        () ->
            Transfers.observe(
                listener,
                blob,
                0,
                () -> {
                  upload(blob, source);
                  return blob;
                }));
  }

  private void upload(Descriptor blob, Source source) throws InterruptedException {
    // Open the writer first: it may wait for buffer space, and an open reader already holds some.
    try (BlobWriter writer = pusher.write(blob);
        BlobReader reader = source.open(blob, 0)) {
      Transfers.copyVerified(reader, writer::write, blob, listener);
      writer.commit();
    }
  }

  @Override
  public void end(ImageGraph image) throws InterruptedException {
    ImageGraph.Node root = image.root();
    boolean tagAfterReferrers = !image.referrers().isEmpty();
    for (ImageGraph.Node document : image.childrenFirst()) {
      boolean tagged = document == root && !tagAfterReferrers;
      Transfers.observe(
          listener,
          document.descriptor(),
          0,
          () -> {
            put(document, tagged);
            listener.transferred(document.descriptor(), document.descriptor().size());
            return document;
          });
    }
    if (tagAfterReferrers) {
      put(root, true);
    }
  }

  private void put(ImageGraph.Node document, boolean tagged) throws InterruptedException {
    if (tagged) {
      pusher.putRoot(document.descriptor(), document.content());
    } else {
      pusher.putManifest(document.descriptor(), document.content());
    }
  }
}
