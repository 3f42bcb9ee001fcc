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
 * What a document names: further documents, and blobs. The one place that knows which of an index's
 * children are which.
 */
final class Children {
  private Children() {}

  /** The manifests and indexes below a document. */
  static List<Descriptor> documents(ImageDocument document) {
    return switch (document) {
      case Index index -> index.manifests().stream().filter(Children::isDocument).toList();
      case Manifest _ -> List.of();
    };
  }

  /** The blobs that a document names: an index may name some, too. */
  static List<Descriptor> blobs(ImageDocument document) {
    return switch (document) {
      case Index index -> index.manifests().stream().filter(child -> !isDocument(child)).toList();
      case Manifest manifest ->
          Stream.concat(Stream.of(manifest.config()), manifest.layers().stream()).toList();
    };
  }

  /** Whether a child of an index is a document, as far as its descriptor tells. */
  static boolean isDocument(Descriptor child) {
    MediaKind kind = MediaKind.of(child);
    return kind.isDocument() || kind == MediaKind.UNSTATED;
  }

  static boolean isForeign(Descriptor blob) {
    return MediaTypes.isForeignLayer(blob.mediaType());
  }
}
