package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaKind;
import io.github.ecrcontainerd.resolver.MediaTypes;

/** A document that names the parts of an image: an {@link Index} or a {@link Manifest}. */
public sealed interface ImageDocument permits Index, Manifest {

  /** The media type from its descriptor or from the document itself. */
  String mediaType();

  /**
   * Parses a document. If its descriptor has no media type, the document's own {@code mediaType}
   * decides, or else the fields that only one kind has.
   *
   * @throws ImageException if it is malformed, can be mistaken for another type (CVE-2021-41190),
   *     or is neither an index nor a manifest
   */
  static ImageDocument parse(Descriptor named, byte[] content) {
    Document document = Document.parse(noun(named), named.digest(), content);
    String mediaType = named.mediaType().isEmpty() ? stated(document) : named.mediaType();
    document.as(mediaType);
    return switch (MediaKind.of(mediaType)) {
      case INDEX -> Index.of(mediaType, document);
      case MANIFEST -> Manifest.of(mediaType, document);
      default ->
          throw new ImageException(
              ImageException.Code.UNSUPPORTED,
              named.digest(),
              "The media type %s of %s is not supported: it is no index and no manifest"
                  .formatted(mediaType, named.digest()));
    };
  }

  private static String noun(Descriptor named) {
    return MediaKind.of(named) == MediaKind.INDEX ? "index" : "manifest";
  }

  private static String stated(Document document) {
    return document
        .text("mediaType")
        .filter(type -> !type.isEmpty())
        .or(() -> MediaTypes.ofDocumentWith(document.fields()))
        .orElseThrow(() -> document.invalid("it has no mediaType, nor one kind's fields"));
  }
}
