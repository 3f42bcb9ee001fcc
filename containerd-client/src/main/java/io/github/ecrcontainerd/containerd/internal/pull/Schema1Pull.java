package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.content.ContentInfo;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.internal.schema1.DiffId;
import io.github.ecrcontainerd.containerd.internal.schema1.Schema1Manifest;
import io.github.ecrcontainerd.containerd.internal.schema1.Schema2Image;
import io.github.ecrcontainerd.containerd.internal.scope.TaskGroup;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Brings a schema 1 image and makes a schema 2 image of it. What runs can't be known before every
 * layer is there, because schema 1 names no diff IDs: each is counted from the layer's bytes.
 *
 * <p>Nothing refers to the layers until then, so all is brought under the lease, other than in a
 * pull of an image that names its layers.
 */
final class Schema1Pull {
  private static final int LAYERS_AT_A_TIME = 4;

  private final ContentArrival arrival;
  private final ContentStore leased;
  private final Platform wanted;

  /**
   * @param leased the content store under the pull's lease
   */
  Schema1Pull(ContentArrival arrival, ContentStore leased, Platform wanted) {
    this.arrival = arrival;
    this.leased = leased;
    this.wanted = wanted;
  }

  /**
   * What the conversion ends at.
   *
   * @param target the manifest, which is not the one that the registry has
   */
  record Converted(Descriptor target, ImageWalk.Found found) {}

  Converted run(Resolution image) throws InterruptedException {
    Schema1Manifest schema1 =
        Schema1Manifest.parse(image.target(), arrival.fetchUnchecked(image.target()));
    if (wanted.best(List.of(schema1.platform())).isEmpty()) {
      throw new ImageException(
          "%s has no image for %s; it has %s. Choose that as the platform"
              .formatted(image.name(), wanted, schema1.platform()));
    }
    Schema2Image schema2 = Schema2Image.of(schema1, layers(schema1.blobs(), image.name()));
    Descriptor manifest = schema2.manifest();
    Descriptor config = schema2.config();
    ImageConfig runs =
        arrival.bringDocument(
            leased,
            config,
            bytes -> ImageConfig.parse(config.digest(), bytes),
            keepsNothing -> Map.of());
    Manifest parsed =
        arrival.bringDocument(
            leased, manifest, bytes -> Manifest.parse(manifest, bytes), Labels::keeping);
    return new Converted(
        Descriptor.of(manifest.mediaType(), manifest.digest(), manifest.size()),
        new ImageWalk.Found(parsed, Optional.of(runs)));
  }

  private Map<Digest, Schema2Image.Layer> layers(List<Digest> blobs, String imageName)
      throws InterruptedException {
    Map<Digest, Long> sizes = sizes(blobs);
    List<Descriptor> described = new ArrayList<>();
    for (Digest blob : blobs) {
      Long size = sizes.get(blob);
      if (size == null) {
        throw new ImageException(
            "The layer %s of %s can't be pulled: the registry doesn't have it, or doesn't say its"
                    .formatted(blob, imageName)
                + " size, and a schema 1 manifest has none");
      }
      described.add(Descriptor.of(MediaTypes.DOCKER_LAYER_GZIP, blob, size));
    }
    Map<Digest, Schema2Image.Layer> layers = new ConcurrentHashMap<>();
    Semaphore travelling = new Semaphore(LAYERS_AT_A_TIME);
    try (TaskGroup tasks = new TaskGroup("schema1")) {
      for (Descriptor blob : described) {
        tasks.fork(travelling, () -> layers.put(blob.digest(), layer(blob)));
      }
      tasks.join();
    }
    return layers;
  }

  /** Asks the registry for those only that the content store doesn't have. */
  private Map<Digest, Long> sizes(List<Digest> blobs) throws InterruptedException {
    Map<Digest, Long> sizes = new HashMap<>();
    for (Digest blob : blobs) {
      leased.info(blob).ifPresent(info -> sizes.put(blob, info.size()));
    }
    List<Digest> unknown = blobs.stream().filter(blob -> !sizes.containsKey(blob)).toList();
    if (!unknown.isEmpty()) {
      sizes.putAll(arrival.fetcher().sizes(unknown));
    }
    return sizes;
  }

  private Schema2Image.Layer layer(Descriptor blob) throws InterruptedException {
    arrival.bring(leased, blob);
    Map<String, String> labels =
        leased.info(blob.digest()).map(ContentInfo::labels).orElse(Map.of());
    try (BlobReader reader = leased.read(blob.digest(), 0)) {
      DiffId found = DiffId.of(blob.digest(), reader);
      Descriptor typed =
          blob.withMediaType(
              found.compressed() ? MediaTypes.DOCKER_LAYER_GZIP : MediaTypes.DOCKER_LAYER);
      if (!found.diffId().toString().equals(labels.get(Labels.UNCOMPRESSED))) {
        leased.updateLabels(blob.digest(), Map.of(Labels.UNCOMPRESSED, found.diffId().toString()));
      }
      return new Schema2Image.Layer(typed, found.diffId());
    }
  }
}
