package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.oci.ImageDocument;
import io.github.ecrcontainerd.containerd.oci.Index;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaKind;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.List;
import java.util.stream.Stream;

/**
 * The children of a document: further documents, and blobs. Only this class decides which children
 * of an index are documents.
 */
final class Children {
  private Children() {}

  /** Returns the manifests and indexes that a document names. */
  static List<Descriptor> documents(ImageDocument document) {
    return switch (document) {
      case Index index -> index.manifests().stream().filter(Children::isDocument).toList();
      case Manifest _ -> List.of();
    };
  }

  /** Returns the blobs that a document names. An index may name blobs, too. */
  static List<Descriptor> blobs(ImageDocument document) {
    return switch (document) {
      case Index index -> index.manifests().stream().filter(child -> !isDocument(child)).toList();
      case Manifest manifest ->
          Stream.concat(Stream.of(manifest.config()), manifest.layers().stream()).toList();
    };
  }

  /** Whether a child of an index is a document, according to its descriptor. */
  static boolean isDocument(Descriptor child) {
    MediaKind kind = MediaKind.of(child);
    return kind.isDocument() || kind == MediaKind.UNSTATED;
  }

  static boolean isForeign(Descriptor blob) {
    return MediaTypes.isForeignLayer(blob.mediaType());
  }
}
