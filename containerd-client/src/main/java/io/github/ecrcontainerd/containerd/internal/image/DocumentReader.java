package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.ContentListener;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Reads whole documents of limited size, and checks their size and digest against their
 * descriptors. It hashes transferred bytes once; bytes that a source holds are already verified.
 */
public final class DocumentReader {
  private final String imageName;
  private final Optional<Source> first;
  private final Source source;
  private final ContentListener listener;

  private DocumentReader(
      String imageName, Optional<Source> first, Source source, ContentListener listener) {
    this.imageName = imageName;
    this.first = first;
    this.source = source;
    this.listener = listener;
  }

  /**
   * Reads from one source, without a listener.
   *
   * @param imageName for messages
   */
  public static DocumentReader of(String imageName, Source source) {
    return new DocumentReader(imageName, Optional.empty(), source, new ContentListener() {});
  }

  /**
   * Reads documents that the destination of a transfer holds from there, and the rest from its
   * source.
   *
   * @param listener receives the events of each document
   */
  public static DocumentReader ofTransfer(
      String imageName, Source destination, Source source, ContentListener listener) {
    return new DocumentReader(imageName, Optional.of(destination), source, listener);
  }

  String imageName() {
    return imageName;
  }

  Source source() {
    return source;
  }

  /**
   * Returns the bytes of a document.
   *
   * @throws ImageException if it is too large, or its bytes don't match its descriptor even after a
   *     second transfer
   */
  byte[] read(Descriptor document) throws InterruptedException {
    // A held document has a limited size, so its actual size is checked instead of the limit.
    if (first.isPresent()) {
      Optional<byte[]> there = first.get().held(document);
      if (there.isPresent()) {
        checkSize(document, there.get().length);
        listener.alreadyThere(document);
        return there.get();
      }
    }
    Optional<byte[]> held = source.held(document);
    if (held.isPresent()) {
      checkSize(document, held.get().length);
      return Transfers.observe(
          listener,
          document,
          0,
          () -> {
            listener.transferred(document, held.get().length);
            return held.get();
          });
    }
    checkBound(document);
    return Transfers.twice(
        () -> Transfers.observe(listener, document, 0, () -> verified(document, fetch(document))));
  }

  /**
   * Returns the bytes of a schema 1 manifest. Its digest covers only a part of them, so the
   * conversion verifies it.
   */
  public byte[] readUnverified(Descriptor document) throws InterruptedException {
    checkBound(document);
    Optional<byte[]> held = source.held(document);
    return Transfers.observe(
        listener, document, 0, () -> held.isPresent() ? held.get() : fetch(document));
  }

  private byte[] fetch(Descriptor document) throws InterruptedException {
    ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(document.size()));
    // A registry serves every kind of document at the same path, so any document type works.
    Descriptor typed =
        document.mediaType().isEmpty() ? document.withMediaType(MediaTypes.OCI_MANIFEST) : document;
    try (BlobReader reader = source.open(typed, 0)) {
      Transfers.copy(reader, bytes -> put(bytes, content, document), document, listener);
    }
    if (content.hasRemaining()) {
      throw wrongSize(document, content.position());
    }
    return content.array();
  }

  private void put(ByteBuffer bytes, ByteBuffer content, Descriptor document) {
    if (bytes.remaining() > content.remaining()) {
      throw wrongSize(document, content.position() + bytes.remaining());
    }
    content.put(bytes);
  }

  private byte[] verified(Descriptor document, byte[] content) {
    Digest came = Digest.of(document.digest().algorithm(), content);
    if (!came.equals(document.digest())) {
      throw new ImageException(
          ImageException.Code.DAMAGED,
          imageName,
          document.digest(),
          "%s of %s is damaged: the received bytes have the digest %s"
              .formatted(document.digest(), imageName, came),
          null);
    }
    return content;
  }

  private void checkBound(Descriptor document) {
    if (document.size() > Limits.MAX_DOCUMENT_BYTES) {
      throw new ImageException(
          ImageException.Code.TOO_LARGE,
          imageName,
          document.digest(),
          "%s of %s has %,d bytes; a document has at most %,d"
              .formatted(document.digest(), imageName, document.size(), Limits.MAX_DOCUMENT_BYTES),
          null);
    }
  }

  private void checkSize(Descriptor document, long actual) {
    if (actual != document.size()) {
      throw wrongSize(document, actual);
    }
  }

  private ImageException wrongSize(Descriptor document, long actual) {
    return Sizes.differ(imageName, document, actual);
  }
}
