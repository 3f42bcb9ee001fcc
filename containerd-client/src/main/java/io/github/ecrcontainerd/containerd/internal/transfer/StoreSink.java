package io.github.ecrcontainerd.containerd.internal.transfer;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContentListener;
import io.github.ecrcontainerd.containerd.content.ContentInfo;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.internal.events.IngestEvent;
import io.github.ecrcontainerd.containerd.internal.events.Recorder;
import io.github.ecrcontainerd.containerd.internal.image.GcLabels;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.Sizes;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.internal.image.Transfers;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The content store of containerd. Documents are stored first, parents before children, under the
 * pull's lease; then their labels keep their children. So blobs can be ingested without the lease:
 * an ingest under a lease ends with it, but one without can be resumed for a day (containerd's rule
 * for ingests).
 */
public final class StoreSink implements Sink {
  private final String imageName;
  private final ContentStore leased;
  private final ContentStore forBlobs;
  private final Set<Digest> unkept;
  private final ContentListener listener;

  /**
   * A sink for one image.
   *
   * @param imageName the image's name, for the labels with the content's source
   * @param leased the content store under the lease of the pull
   * @param forBlobs the content store that blobs are ingested into
   * @param unkept layers that no label keeps
   * @param listener receives the events of each blob
   */
  public StoreSink(
      String imageName,
      ContentStore leased,
      ContentStore forBlobs,
      Set<Digest> unkept,
      ContentListener listener) {
    this.imageName = imageName;
    this.leased = leased;
    this.forBlobs = forBlobs;
    this.unkept = unkept;
    this.listener = listener;
  }

  @Override
  public List<Descriptor> begin(ImageGraph image, Source source) throws InterruptedException {
    requireKnownDigests(image);
    for (ImageGraph.Node document : image.documents()) {
      put(
          document.descriptor(),
          document.content(),
          GcLabels.keeping(document.document(), unkept),
          leased);
    }
    List<Descriptor> blobs = new ArrayList<>(image.blobs());
    Optional<ImageGraph.Config> config = image.chosen().flatMap(ImageGraph.Chosen::config);
    if (config.isPresent()) {
      Descriptor read = config.get().descriptor();
      put(read, config.get().content(), Map.of(), forBlobs);
      blobs.removeIf(blob -> blob.digest().equals(read.digest()));
    }
    return blobs;
  }

  /**
   * Rejects an image with digests that this daemon can't store: in all versions up to 2.1 the
   * content store supports only SHA-256. Ingesting an empty blob tests whether the daemon supports
   * the algorithm.
   */
  private void requireKnownDigests(ImageGraph image) throws InterruptedException {
    for (Descriptor content : image.contents()) {
      Digest.Algorithm algorithm = content.digest().algorithm();
      if (algorithm != Digest.Algorithm.SHA256 && !takes(algorithm)) {
        throw new ImageException(
            ImageException.Code.UNSUPPORTED,
            imageName,
            content.digest(),
            "%s has content with a %s digest, which this containerd can't store: copy the image"
                    .formatted(imageName, algorithm.label())
                + " from registry to registry instead (copy --direct), or build it with sha256",
            null);
      }
    }
  }

  private boolean takes(Digest.Algorithm algorithm) throws InterruptedException {
    Digest empty = Digest.of(algorithm, new byte[0]);
    Optional<Ingest> ingest = leased.ingest("unknown-" + empty, empty, 0);
    if (ingest.isEmpty()) {
      return true;
    }
    try (Ingest open = ingest.get()) {
      open.commit(Map.of());
      return true;
    } catch (ContainerdException e) {
      if (e.code() == ContainerdException.Code.FAILED_PRECONDITION) {
        return false;
      }
      throw e;
    }
  }

  private void put(Descriptor content, byte[] bytes, Map<String, String> labels, ContentStore store)
      throws InterruptedException {
    Optional<Ingest> opened = store.ingest(ref(content), content.digest(), bytes.length);
    if (opened.isEmpty()) {
      label(store, content.digest(), labels);
      return;
    }
    try (Ingest ingest = opened.get()) {
      if (ingest.offset() > 0) {
        ingest.truncate();
      }
      ingest.write(ByteBuffer.wrap(bytes));
      commit(store, content, ingest, labels);
    }
  }

  /**
   * Transfers a blob and writes its bytes as they arrive. After a digest mismatch it fetches the
   * whole blob once more before it fails, because some bytes may be from an earlier pull.
   */
  @Override
  public void bring(Descriptor blob, Source source, Runnable opened) throws InterruptedException {
    Transfers.twice(
        () -> {
          ingest(blob, source, opened);
          return blob;
        });
  }

  private void ingest(Descriptor blob, Source source, Runnable opened) throws InterruptedException {
    Optional<Ingest> open = forBlobs.ingest(ref(blob), blob.digest(), blob.size());
    opened.run();
    if (open.isEmpty()) {
      requireSize(blob);
      label(forBlobs, blob.digest(), Map.of());
      listener.alreadyThere(blob);
      return;
    }
    try (Ingest ingest = open.get()) {
      IngestEvent event = Recorder.isOn() ? new IngestEvent(blob, ingest.offset()) : null;
      boolean completed = false;
      try {
        Transfers.observe(
            listener,
            blob,
            ingest.offset(),
            () -> {
              fill(ingest, blob, source);
              return blob;
            });
        completed = true;
      } finally {
        if (event != null) {
          event.ended(completed);
        }
      }
    } catch (ContainerdException e) {
      // A size or digest mismatch. The ingest has discarded its bytes.
      throw e.code() == ContainerdException.Code.FAILED_PRECONDITION ? damaged(blob, e) : e;
    }
  }

  private void fill(Ingest ingest, Descriptor blob, Source source) throws InterruptedException {
    try (BlobReader reader = source.open(blob, ingest.offset())) {
      Transfers.copy(reader, ingest::write, blob, listener);
      try {
        commit(forBlobs, blob, ingest, Map.of());
      } catch (ContainerdException e) {
        if (e.code() == ContainerdException.Code.FAILED_PRECONDITION) {
          reader.rejected();
        }
        throw e;
      }
    }
  }

  private ImageException damaged(Descriptor blob, ContainerdException refusal) {
    return new ImageException(
        ImageException.Code.DAMAGED,
        imageName,
        blob.digest(),
        "%s of %s is damaged, even after it was fetched again: %s"
            .formatted(blob.digest(), imageName, refusal.getMessage()),
        refusal);
  }

  private void requireSize(Descriptor blob) throws InterruptedException {
    Optional<ContentInfo> there = forBlobs.info(blob.digest());
    if (there.isPresent() && there.get().size() != blob.size()) {
      throw Sizes.differ(imageName, blob, there.get().size());
    }
  }

  @Override
  public void end(ImageGraph image) {}

  private void commit(
      ContentStore store, Descriptor content, Ingest ingest, Map<String, String> labels)
      throws InterruptedException {
    Map<String, String> all = new HashMap<>(labels);
    all.put(GcLabels.sourceKey(imageName), GcLabels.sources("", imageName));
    if (ingest.commit(all) == Ingest.Outcome.ALREADY_EXISTS) {
      label(store, content.digest(), labels);
    }
  }

  /** Adds the missing labels to content that the store already had. */
  private void label(ContentStore store, Digest digest, Map<String, String> labels)
      throws InterruptedException {
    Map<String, String> present = store.info(digest).map(ContentInfo::labels).orElse(Map.of());
    Map<String, String> wanted = new HashMap<>(labels);
    String source = GcLabels.sourceKey(imageName);
    wanted.put(source, GcLabels.sources(present.getOrDefault(source, ""), imageName));
    wanted.entrySet().removeAll(present.entrySet());
    if (!wanted.isEmpty()) {
      store.updateLabels(digest, wanted);
    }
  }

  /** Returns the name of the ingest, in the form that containerd's other clients use. */
  private static String ref(Descriptor content) {
    MediaKind kind = MediaKind.of(content);
    boolean named = kind != MediaKind.BLOB && kind != MediaKind.UNSTATED;
    return (named ? kind.noun() : "unknown") + "-" + content.digest();
  }
}
