package io.github.ecrcontainerd.containerd.internal.push;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * All that belongs to an image: its documents, children before parents and referrers behind their
 * subjects, and its blobs. Each stands in it once.
 */
final class ImageTree {
  private final Map<Digest, Document> documents = new LinkedHashMap<>();
  private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
  private final Set<Digest> visited = new LinkedHashSet<>();

  /** A manifest or index, and its bytes as they are. */
  static final class Document {
    private final Descriptor descriptor;
    private final byte[] content;

    /** Takes the bytes over. */
    Document(Descriptor descriptor, byte[] content) {
      this.descriptor = descriptor;
      this.content = content;
    }

    Descriptor descriptor() {
      return descriptor;
    }

    /** The bytes, to be read only. */
    byte[] content() {
      return content;
    }
  }

  /** Whether this is the first visit of a document. */
  boolean visit(Descriptor document) {
    return visited.add(document.digest());
  }

  void add(Document document) {
    documents.putIfAbsent(document.descriptor().digest(), document);
  }

  void addBlob(Descriptor blob) {
    blobs.putIfAbsent(blob.digest(), blob);
  }

  /** Manifests and indexes, in the order in which a registry takes them. */
  Collection<Document> documents() {
    return Collections.unmodifiableCollection(documents.values());
  }

  /** Configurations, layers and whatever else the documents name. */
  Collection<Descriptor> blobs() {
    return Collections.unmodifiableCollection(blobs.values());
  }
}
