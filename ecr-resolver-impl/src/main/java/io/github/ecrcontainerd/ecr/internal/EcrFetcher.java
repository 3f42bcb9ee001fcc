package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.ecr.internal.api.AvailableLayers;
import io.github.ecrcontainerd.ecr.internal.download.LayerDownloads;
import io.github.ecrcontainerd.ecr.internal.foreign.ForeignLayers;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads one repository: manifests through the API, everything else from its layer URLs. */
record EcrFetcher(
    EcrReference reference,
    ManifestSource manifests,
    LayerDownloads layers,
    AvailableLayers available,
    ReferrerList referrers,
    ForeignLayers foreign)
    implements Fetcher {

  @Override
  public BlobReader fetch(Descriptor descriptor, long offset) throws InterruptedException {
    if (offset < 0 || offset > descriptor.size()) {
      throw new IllegalArgumentException(
          "Offset %,d is not within the %,d bytes of %s"
              .formatted(offset, descriptor.size(), descriptor.digest()));
    }
    if (MediaTypes.isManifestOrIndex(descriptor.mediaType())) {
      return manifests.fetch(reference, descriptor).open(offset);
    }
    if (descriptor.data().isPresent()) {
      return descriptor.data().get().open(offset);
    }
    if (isElsewhere(descriptor)) {
      return foreign.open(reference, descriptor, offset);
    }
    return layers.open(reference, descriptor, offset);
  }

  @Override
  public List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
    return referrers.of(reference, subject);
  }

  /**
   * Whether a layer has to be fetched from the URLs in its manifest. The registry is asked first,
   * because it is the one host that the user chose: a layer that was pushed to it should be fetched
   * from it.
   */
  private boolean isElsewhere(Descriptor layer) throws InterruptedException {
    return MediaTypes.isForeignLayer(layer.mediaType())
        && !layer.urls().isEmpty()
        && available.of(reference, List.of(layer.digest())).isEmpty();
  }

  @Override
  public Map<Digest, Long> sizes(Collection<Digest> blobs) throws InterruptedException {
    Map<Digest, Long> sizes = new HashMap<>();
    available
        .of(reference, blobs)
        .forEach((blob, size) -> size.ifPresent(bytes -> sizes.put(blob, bytes)));
    return sizes;
  }
}
