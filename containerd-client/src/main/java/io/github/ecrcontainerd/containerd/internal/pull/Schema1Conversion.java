package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.content.ContentInfo;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.internal.image.DocumentReader;
import io.github.ecrcontainerd.containerd.internal.image.GcLabels;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.PlatformChoice;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.internal.image.schema1.DiffId;
import io.github.ecrcontainerd.containerd.internal.image.schema1.Schema1Manifest;
import io.github.ecrcontainerd.containerd.internal.image.schema1.Schema2Image;
import io.github.ecrcontainerd.containerd.internal.scope.TaskGroup;
import io.github.ecrcontainerd.containerd.internal.transfer.RegistrySource;
import io.github.ecrcontainerd.containerd.internal.transfer.StoreSink;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Pulls a schema 1 image and converts it to schema 2. The configuration needs every layer first,
 * because schema 1 names no diff IDs: each is computed from the layer's bytes.
 *
 * <p>Until then nothing refers to the layers. So the lease protects all content, unlike in a pull
 * of an image that names its layers.
 */
final class Schema1Conversion {
  private static final int MAX_LAYERS_AT_A_TIME = 4;

  private final ContentStore leased;
  private final Fetcher fetcher;
  private final PullListener listener;
  private final PlatformChoice platform;

  /**
   * @param leased the content store under the pull's lease
   */
  Schema1Conversion(
      ContentStore leased, Fetcher fetcher, PullListener listener, PlatformChoice platform) {
    this.leased = leased;
    this.fetcher = fetcher;
    this.listener = listener;
    this.platform = platform;
  }

  /** Converts an image. Its root differs from the registry's. */
  ImageGraph run(Resolution image) throws InterruptedException {
    Source registry = new RegistrySource(fetcher, image);
    byte[] content =
        DocumentReader.ofTransfer(image.name(), registry, registry, listener)
            .readUnverified(image.target());
    Schema1Manifest schema1 = Schema1Manifest.parse(image.target(), content);
    List<String> warnings = platform.check(image.name(), schema1.platform());
    StoreSink sink = new StoreSink(image.name(), leased, leased, Set.of(), listener);
    Schema2Image schema2 =
        Schema2Image.of(schema1, layers(schema1.blobs(), image.name(), registry, sink));
    ImageGraph graph = ImageGraph.made(schema2.manifest(), schema2.config(), warnings);
    // The content store has the layers already.
    var _ = sink.begin(graph, registry);
    return graph;
  }

  private Map<Digest, Schema2Image.Layer> layers(
      List<Digest> blobs, String imageName, Source registry, StoreSink sink)
      throws InterruptedException {
    Map<Digest, Long> sizes = sizes(blobs);
    List<Descriptor> described = new ArrayList<>();
    for (Digest blob : blobs) {
      Long size = sizes.get(blob);
      if (size == null) {
        throw new ImageException(
            ImageException.Code.INCOMPLETE,
            imageName,
            blob,
            "The layer %s of %s can't be pulled: the registry doesn't have it, or doesn't say its"
                    .formatted(blob, imageName)
                + " size, and a schema 1 manifest has none",
            null);
      }
      described.add(Descriptor.of(MediaTypes.DOCKER_LAYER_GZIP, blob, size));
    }
    Map<Digest, Schema2Image.Layer> layers = new ConcurrentHashMap<>();
    Semaphore travelling = new Semaphore(MAX_LAYERS_AT_A_TIME);
    try (TaskGroup tasks = new TaskGroup("schema1")) {
      for (Descriptor blob : described) {
        tasks.fork(travelling, () -> layers.put(blob.digest(), layer(blob, registry, sink)));
      }
      tasks.join();
    }
    return layers;
  }

  /** Returns the blobs' sizes. Asks the registry only for blobs that the content store lacks. */
  private Map<Digest, Long> sizes(List<Digest> blobs) throws InterruptedException {
    Map<Digest, Long> sizes = new HashMap<>();
    for (Digest blob : blobs) {
      leased.info(blob).ifPresent(info -> sizes.put(blob, info.size()));
    }
    List<Digest> unknown = blobs.stream().filter(blob -> !sizes.containsKey(blob)).toList();
    if (!unknown.isEmpty()) {
      sizes.putAll(fetcher.sizes(unknown));
    }
    return sizes;
  }

  private Schema2Image.Layer layer(Descriptor blob, Source registry, StoreSink sink)
      throws InterruptedException {
    sink.bring(blob, registry, () -> {});
    Map<String, String> labels =
        leased.info(blob.digest()).map(ContentInfo::labels).orElse(Map.of());
    try (BlobReader reader = leased.read(blob.digest(), 0)) {
      DiffId found = DiffId.of(blob.digest(), reader);
      Descriptor typed =
          blob.withMediaType(
              found.compressed() ? MediaTypes.DOCKER_LAYER_GZIP : MediaTypes.DOCKER_LAYER);
      if (!found.diffId().toString().equals(labels.get(GcLabels.UNCOMPRESSED))) {
        leased.updateLabels(
            blob.digest(), Map.of(GcLabels.UNCOMPRESSED, found.diffId().toString()));
      }
      return new Schema2Image.Layer(typed, found.diffId());
    }
  }
}
