package io.github.ecrcontainerd.containerd.internal.transfer;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.internal.image.Limits;
import io.github.ecrcontainerd.containerd.internal.image.Referrers;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A containerd: reads bytes from its content store, and finds referrers by their image records. */
public record StoreSource(ContentStore store, Images images) implements Source {
  private static final int MAX_NAMED = 3;

  @Override
  public Optional<byte[]> held(Descriptor document) throws InterruptedException {
    try {
      return Optional.of(store.readAll(document.digest(), Limits.MAX_DOCUMENT_BYTES));
    } catch (ContainerdException e) {
      if (e.code() == ContainerdException.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public BlobReader open(Descriptor content, long offset) {
    return store.read(content.digest(), offset);
  }

  @Override
  public boolean has(Descriptor content) throws InterruptedException {
    return store.info(content.digest()).isPresent();
  }

  @Override
  public void require(Collection<Descriptor> contents) throws InterruptedException {
    List<Descriptor> missing = new ArrayList<>();
    for (Descriptor content : contents) {
      if (!has(content)) {
        missing.add(content);
      }
    }
    if (!missing.isEmpty()) {
      List<String> named = missing.stream().limit(MAX_NAMED).map(StoreSource::inWords).toList();
      throw new ImageException(
          ImageException.Code.INCOMPLETE,
          missing.getFirst().digest(),
          "containerd does not have %s%s: pull it first, with all its platforms, or push one"
                  .formatted(
                      String.join(", ", named),
                      missing.size() > MAX_NAMED
                          ? " and %d more".formatted(missing.size() - MAX_NAMED)
                          : "")
              + " platform that is there (--platform)");
    }
  }

  private static String inWords(Descriptor content) {
    MediaKind kind = MediaKind.of(content);
    String noun = kind.isDocument() ? "manifest" : kind == MediaKind.LAYER ? "layer" : "blob";
    return "the %s %s%s"
        .formatted(
            noun,
            content.digest(),
            content.platform().map(platform -> " for " + platform).orElse(""));
  }

  @Override
  public List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
    // One referrer may have a record for each repository that it was pulled from.
    Map<Digest, Descriptor> referrers = new LinkedHashMap<>();
    for (Image image : images.list(Referrers.filter(subject.digest()))) {
      referrers.putIfAbsent(image.target().digest(), image.target());
    }
    return List.copyOf(referrers.values());
  }
}
