package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.internal.image.Referrers;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.Index;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings the documents of an image for whatever platform, and of what refers to it; tells which
 * blobs they need.
 */
final class WholeImage {
  /** An index may name indexes; nobody nests them deeper than once. */
  private static final int DEEPEST = 4;

  private final ContentArrival arrival;
  private final ContentStore leased;
  private final Map<Digest, Descriptor> documents = new LinkedHashMap<>();
  private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();

  /**
   * A manifest that names another as its subject.
   *
   * @param subject the other's digest
   */
  record Referrer(Digest subject, Descriptor manifest) {}

  /**
   * @param leased the content store under the pull's lease, which keeps the documents
   */
  WholeImage(ContentArrival arrival, ContentStore leased) {
    this.arrival = arrival;
    this.leased = leased;
  }

  /** What was brought so far. */
  List<Descriptor> documents() {
    return List.copyOf(documents.values());
  }

  /** What these need: configurations, layers and whatever else they name. */
  Collection<Descriptor> blobs() {
    return blobs.values();
  }

  /** Brings a manifest or index and all documents below it. */
  void add(Descriptor root) throws InterruptedException {
    add(root, 0);
  }

  private void add(Descriptor named, int depth) throws InterruptedException {
    Descriptor document = arrival.recognised(named);
    if (depth > DEEPEST) {
      throw new ImageException(
          "%s is nested more than %d indexes deep".formatted(document.digest(), DEEPEST));
    }
    if (documents.putIfAbsent(document.digest(), document) != null) {
      return;
    }
    if (MediaTypes.isIndex(document.mediaType())) {
      Index index =
          arrival.bringDocument(
              leased, document, bytes -> Index.parse(document, bytes), Labels::keeping);
      for (Descriptor child : index.manifests()) {
        if (isDocument(child)) {
          add(child, depth + 1);
        } else {
          blobs.putIfAbsent(child.digest(), child);
        }
      }
    } else if (MediaTypes.isManifest(document.mediaType())) {
      Manifest manifest =
          arrival.bringDocument(
              leased, document, bytes -> Manifest.parse(document, bytes), Labels::keeping);
      blobs.putIfAbsent(manifest.config().digest(), manifest.config());
      manifest.layers().forEach(layer -> blobs.putIfAbsent(layer.digest(), layer));
    } else {
      throw new ImageException(
          "%s can't be pulled: its media type %s is not supported"
              .formatted(document.digest(), document.mediaType()));
    }
  }

  /** A child of an index that says nothing of itself is one, too. */
  private static boolean isDocument(Descriptor child) {
    return child.mediaType().isEmpty() || MediaTypes.isManifestOrIndex(child.mediaType());
  }

  /**
   * Brings what refers to some documents, and what refers to that.
   *
   * @return the referrers, each behind its subject
   */
  List<Referrer> addReferrers(List<Descriptor> subjects, Fetcher fetcher)
      throws InterruptedException {
    List<Referrer> referrers = new ArrayList<>();
    List<Descriptor> asked = subjects;
    for (int depth = 0; !asked.isEmpty() && depth < Referrers.DEEPEST; depth++) {
      List<Descriptor> found = new ArrayList<>();
      for (Descriptor subject : asked) {
        for (Descriptor manifest : fetcher.referrers(subject)) {
          add(manifest);
          found.add(manifest);
          referrers.add(new Referrer(subject.digest(), manifest));
        }
      }
      if (referrers.size() > Referrers.MOST) {
        throw new ImageException(
            "%s has more than %,d referrers"
                .formatted(subjects.getFirst().digest(), Referrers.MOST));
      }
      asked = found;
    }
    return referrers;
  }
}
