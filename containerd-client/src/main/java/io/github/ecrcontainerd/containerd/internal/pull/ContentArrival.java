package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.content.ContentInfo;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.oci.DocumentType;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Brings the content of one image from the registry into the content store, unless it is there.
 *
 * @param fetcher reads the image's repository
 * @param imageName where the content comes from, for its labels
 * @param listener is told of each transfer
 */
record ContentArrival(Fetcher fetcher, String imageName, PullListener listener) {
  /** Documents are read into memory: the quota of a manifest in Amazon ECR, in bytes. */
  private static final int LARGEST_DOCUMENT = 4_194_304;

  /** The same, and nobody is told: for what was told already. */
  ContentArrival quietly() {
    return new ContentArrival(fetcher, imageName, new PullListener() {});
  }

  /**
   * Brings a layer, byte by byte as it arrives. Bytes that turn out to be the wrong ones are
   * fetched once more, all of them, before that is an error: some may be from an earlier pull.
   *
   * @param opened is told when the ingest is open: those that are opened later come behind it
   */
  void bring(ContentStore store, Descriptor blob, Runnable opened) throws InterruptedException {
    try {
      tryToBring(store, blob, opened);
    } catch (ContainerdException e) {
      if (!isOfContent(e)) {
        throw e;
      }
      bringAgain(store, blob);
    }
  }

  /** The same, and nobody waits for its turn. */
  void bring(ContentStore store, Descriptor blob) throws InterruptedException {
    bring(store, blob, () -> {});
  }

  private void bringAgain(ContentStore store, Descriptor blob) throws InterruptedException {
    try {
      tryToBring(store, blob, () -> {});
    } catch (ContainerdException e) {
      throw isOfContent(e)
          ? new ImageException(
              "%s of %s is damaged, also when it was fetched again: %s"
                  .formatted(blob.digest(), imageName, e.getMessage()),
              e)
          : e;
    }
  }

  /** Whether it is the ingest's refusal of wrong bytes, which it has forgotten then. */
  private static boolean isOfContent(ContainerdException e) {
    return e.code() == ContainerdException.Code.FAILED_PRECONDITION;
  }

  private void tryToBring(ContentStore store, Descriptor blob, Runnable opened)
      throws InterruptedException {
    Optional<Ingest> open = store.ingest(ref(blob), blob.digest(), blob.size());
    opened.run();
    if (open.isEmpty()) {
      label(store, blob.digest(), Map.of());
      listener.alreadyThere(blob);
      return;
    }
    try (Ingest ingest = open.get()) {
      listener.started(blob, ingest.offset());
      copy(blob, ingest);
      commit(store, blob, ingest, Map.of());
      listener.completed(blob);
    } catch (RuntimeException | InterruptedException e) {
      listener.failed(blob, e);
      throw e;
    }
  }

  /**
   * A manifest or index whose media type nobody said, with the one that its content tells; it
   * carries its bytes then, and isn't fetched again.
   */
  Descriptor recognised(Descriptor document) throws InterruptedException {
    if (!document.mediaType().isEmpty()) {
      return document;
    }
    checkLength(document);
    // A registry keeps every kind of manifest in the same place: any type finds it there.
    byte[] content =
        document.data().isPresent()
            ? document.data().get().bytes()
            : fetch(document.withMediaType(MediaTypes.OCI_MANIFEST));
    return document.withMediaType(DocumentType.of(document.digest(), content)).withData(content);
  }

  private BlobReader open(Descriptor content, long offset) throws InterruptedException {
    return content.data().isPresent()
        ? content.data().get().open(offset)
        : fetcher.fetch(content, offset);
  }

  private void copy(Descriptor blob, Ingest ingest) throws InterruptedException {
    try (BlobReader reader = open(blob, ingest.offset())) {
      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        int length = bytes.remaining();
        ingest.write(bytes);
        listener.transferred(blob, length);
      }
    }
  }

  /**
   * Brings a document and reads it: one that is malformed doesn't get into the store.
   *
   * @param parser makes of its bytes what is returned
   * @param labels what the document keeps
   */
  <T> T bringDocument(
      ContentStore store,
      Descriptor document,
      Function<byte[], T> parser,
      Function<T, Map<String, String>> labels)
      throws InterruptedException {
    checkLength(document);
    Optional<Ingest> opened = store.ingest(ref(document), document.digest(), document.size());
    if (opened.isEmpty()) {
      T parsed = parser.apply(store.readAll(document.digest(), LARGEST_DOCUMENT));
      label(store, document.digest(), labels.apply(parsed));
      listener.alreadyThere(document);
      return parsed;
    }
    try (Ingest ingest = opened.get()) {
      listener.started(document, 0);
      byte[] content = fetch(document);
      T parsed = parser.apply(content);
      int offset = Math.toIntExact(ingest.offset());
      ingest.write(ByteBuffer.wrap(content, offset, content.length - offset));
      commit(store, document, ingest, labels.apply(parsed));
      listener.completed(document);
      return parsed;
    } catch (RuntimeException | InterruptedException e) {
      listener.failed(document, e);
      throw e;
    }
  }

  private void checkLength(Descriptor document) {
    if (document.size() > LARGEST_DOCUMENT) {
      throw new ImageException(
          "%s of %s has %,d bytes; a document has at most %,d"
              .formatted(document.digest(), imageName, document.size(), LARGEST_DOCUMENT));
    }
  }

  /** The bytes of a document; wrong ones are fetched once more before that is an error. */
  private byte[] fetch(Descriptor document) throws InterruptedException {
    byte[] content = fetchUnchecked(document);
    if (!digestOf(document, content).equals(document.digest())) {
      content = fetchUnchecked(document);
    }
    Digest came = digestOf(document, content);
    if (!came.equals(document.digest())) {
      throw new ImageException(
          "%s of %s is damaged: the bytes that came have the digest %s"
              .formatted(document.digest(), imageName, came));
    }
    return content;
  }

  private static Digest digestOf(Descriptor document, byte[] content) {
    MessageDigest hash = document.digest().algorithm().newHash();
    hash.update(content);
    return Digest.of(document.digest().algorithm(), hash);
  }

  /**
   * The bytes of a document that its own signatures are part of: only who reads it can check them.
   */
  byte[] fetchUnchecked(Descriptor document) throws InterruptedException {
    checkLength(document);
    ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(document.size()));
    try (BlobReader reader = open(document, 0)) {
      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        listener.transferred(document, bytes.remaining());
        content.put(bytes);
      }
    }
    return content.array();
  }

  private void commit(
      ContentStore store, Descriptor content, Ingest ingest, Map<String, String> labels)
      throws InterruptedException {
    Map<String, String> all = new HashMap<>(labels);
    all.put(Labels.sourceKey(imageName), Labels.sources("", imageName));
    if (ingest.commit(all) == Ingest.Outcome.ALREADY_EXISTS) {
      label(store, content.digest(), labels);
    }
  }

  /** Puts the labels on content that was there, where they are missing. */
  private void label(ContentStore store, Digest digest, Map<String, String> labels)
      throws InterruptedException {
    Map<String, String> present = store.info(digest).map(ContentInfo::labels).orElse(Map.of());
    Map<String, String> wanted = new HashMap<>(labels);
    String source = Labels.sourceKey(imageName);
    wanted.put(source, Labels.sources(present.getOrDefault(source, ""), imageName));
    wanted.entrySet().removeAll(present.entrySet());
    if (!wanted.isEmpty()) {
      store.updateLabels(digest, wanted);
    }
  }

  /** The name of the ingest: the one that containerd's other clients give it. */
  private static String ref(Descriptor content) {
    String mediaType = content.mediaType();
    String kind =
        MediaTypes.isIndex(mediaType)
            ? "index-"
            : MediaTypes.isManifest(mediaType)
                ? "manifest-"
                : MediaTypes.isLayer(mediaType)
                    ? "layer-"
                    : MediaTypes.isConfig(mediaType) ? "config-" : "unknown-";
    return kind + content.digest();
  }
}
