package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;

/** The media type of a document that nobody named one for. */
public final class DocumentType {
  private DocumentType() {}

  /**
   * The media type that a document says itself, or else the one that its fields tell.
   *
   * @param digest the digest of its bytes, for messages
   * @throws ImageException if it is neither a manifest nor an index, or both
   */
  public static String of(Digest digest, byte[] content) {
    Document document = Document.parse("manifest", digest, content);
    String mediaType =
        document
            .text("mediaType")
            .filter(type -> !type.isEmpty())
            .or(() -> MediaTypes.ofDocumentWith(document.fields()))
            .orElseThrow(() -> document.invalid("it has no mediaType, nor one kind's fields"));
    document.as(mediaType);
    return mediaType;
  }
}
