package io.github.ecrcontainerd.containerd.internal.push;

import io.github.ecrcontainerd.containerd.PushListener;
import io.github.ecrcontainerd.containerd.internal.scope.TaskGroup;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.Pusher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Brings an image from a source into a registry: first the blobs that it lacks, several at a time,
 * then the documents, children before parents, so that no document is there without what it names.
 *
 * @param platform which image of an index becomes the root; all of them, and the index, without
 * @param foreignLayers whether layers that are not to be distributed are uploaded too
 * @param referrers whether what refers to the image goes along
 * @param listener is told of each transfer
 */
public record ImageTransfer(
    Optional<Platform> platform, boolean foreignLayers, boolean referrers, PushListener listener) {
  /** How many blobs travel at a time, as far as the destination has room for what they hold. */
  private static final int BLOBS_AT_A_TIME = 4;

  /**
   * Brings an image.
   *
   * @return what the registry has now as the root
   */
  public Descriptor run(Source source, Descriptor target, Pusher destination)
      throws InterruptedException {
    TreeReading reading = new TreeReading(source, foreignLayers);
    Descriptor root = platform.isEmpty() ? target : reading.choose(target, platform.get());
    destination.checkRoot(root);
    reading.add(root);
    if (referrers) {
      reading.addReferrers();
    }
    ImageTree tree = reading.tree();
    uploadMissing(source, tree, destination);
    for (ImageTree.Document document : tree.documents()) {
      put(document, document.descriptor().digest().equals(root.digest()), destination);
    }
    return root;
  }

  private void uploadMissing(Source source, ImageTree tree, Pusher destination)
      throws InterruptedException {
    Set<Digest> missing = destination.missing(tree.blobs());
    List<Descriptor> uploads = new ArrayList<>();
    for (Descriptor blob : tree.blobs()) {
      if (missing.contains(blob.digest())) {
        uploads.add(blob);
      } else {
        listener.alreadyThere(blob);
      }
    }
    source.require(uploads);
    Semaphore travelling = new Semaphore(BLOBS_AT_A_TIME);
    try (TaskGroup tasks = new TaskGroup("push")) {
      for (Descriptor blob : uploads) {
        tasks.fork(travelling, () -> new BlobUpload(source, destination, listener).run(blob));
      }
      tasks.join();
    }
  }

  private void put(ImageTree.Document document, boolean isRoot, Pusher destination)
      throws InterruptedException {
    Descriptor descriptor = document.descriptor();
    listener.started(descriptor, 0);
    try {
      if (isRoot) {
        destination.putRoot(descriptor, document.content());
      } else {
        destination.putManifest(descriptor, document.content());
      }
    } catch (RuntimeException | InterruptedException e) {
      listener.failed(descriptor, e);
      throw e;
    }
    listener.transferred(descriptor, descriptor.size());
    listener.completed(descriptor);
  }
}
