package io.github.ecrcontainerd.containerd.internal.push;

import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.internal.image.Referrers;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A containerd: bytes of its content store, referrers by their image records. */
public record StoredSource(ContentStore store, Images images) implements Source {
  private static final int NAMED = 3;

  @Override
  public BlobReader open(Descriptor content) {
    return store.read(content.digest(), 0);
  }

  @Override
  public void require(Collection<Descriptor> contents) throws InterruptedException {
    List<Descriptor> missing = new ArrayList<>();
    for (Descriptor content : contents) {
      if (store.info(content.digest()).isEmpty()) {
        missing.add(content);
      }
    }
    if (!missing.isEmpty()) {
      List<String> named = missing.stream().limit(NAMED).map(StoredSource::inWords).toList();
      throw new ImageException(
          "containerd does not have %s%s: pull it first, with all its platforms, or push one"
                  .formatted(
                      String.join(", ", named),
                      missing.size() > NAMED
                          ? " and %d more".formatted(missing.size() - NAMED)
                          : "")
              + " platform that is there (--platform)");
    }
  }

  private static String inWords(Descriptor content) {
    String kind =
        MediaTypes.isManifestOrIndex(content.mediaType())
            ? "the manifest "
            : MediaTypes.isLayer(content.mediaType()) ? "the layer " : "the blob ";
    return kind
        + content.digest()
        + content.platform().map(platform -> " for " + platform).orElse("");
  }

  @Override
  public List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
    // One referrer may have a record for each repository that it was pulled from.
    Map<Object, Descriptor> referrers = new LinkedHashMap<>();
    for (Image image : images.list(Referrers.filter(subject.digest()))) {
      referrers.putIfAbsent(image.target().digest(), image.target());
    }
    return List.copyOf(referrers.values());
  }
}
