package io.github.ecrcontainerd.containerd.internal.pull;

import static java.util.Objects.requireNonNull;

import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.Referrers;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The image records of a pulled image. For one pull. */
final class ImageRecords {
  private final Images images;
  private final ImageNames names;

  /** The record of each name before this pull, if there was one. */
  private final Map<String, Optional<Image>> before = new LinkedHashMap<>();

  ImageRecords(Images images, ImageNames names) {
    this.images = images;
    this.names = names;
  }

  /**
   * Creates or updates the records of an image and of its referrers.
   *
   * @return the record under the first of its names
   */
  Image keep(ImageGraph image) throws InterruptedException {
    for (ImageGraph.Referrer referrer : image.referrers()) {
      keep(
          Referrers.nameOf(names.names().getFirst(), referrer.manifest().digest()),
          referrer.manifest(),
          Referrers.labels(referrer.subject()));
    }
    Descriptor root = image.root().descriptor();
    Optional<Digest> config =
        image
            .chosen()
            .map(ImageGraph.Chosen::manifest)
            .filter(Manifest::isImage)
            .map(manifest -> manifest.config().digest());
    Image kept = null;
    for (String name : names.ofRecords(root.digest(), config)) {
      kept = keep(name, root, names.labels());
    }
    return requireNonNull(kept);
  }

  /** Creates or updates an image record; labels from other clients stay. */
  private Image keep(String name, Descriptor target, Map<String, String> labels)
      throws InterruptedException {
    Optional<Image> known = images.get(name);
    before.putIfAbsent(name, known);
    Map<String, String> all = new HashMap<>(known.map(Image::labels).orElse(Map.of()));
    all.putAll(labels);
    return images.put(name, target, all);
  }

  /** Restores the records to their state before this pull. */
  void takeBack() throws InterruptedException {
    for (Map.Entry<String, Optional<Image>> record : before.entrySet()) {
      if (record.getValue().isEmpty()) {
        images.delete(record.getKey());
      } else {
        Image known = record.getValue().get();
        images.put(known.name(), known.target(), known.labels());
      }
    }
  }
}
