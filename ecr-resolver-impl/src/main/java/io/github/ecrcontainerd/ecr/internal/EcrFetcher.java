package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.ecr.internal.download.LayerDownloads;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.List;

/** Reads one repository: manifests through the API, everything else from its layer URLs. */
record EcrFetcher(
    EcrReference reference, ManifestSource manifests, LayerDownloads layers, ReferrerList referrers)
    implements Fetcher {

  @Override
  public BlobReader fetch(Descriptor descriptor, long offset) throws InterruptedException {
    if (offset < 0 || offset > descriptor.size()) {
      throw new IllegalArgumentException(
          "Offset %,d is not within the %,d bytes of %s"
              .formatted(offset, descriptor.size(), descriptor.digest()));
    }
    if (MediaTypes.isManifestOrIndex(descriptor.mediaType())) {
      return new BytesReader(manifests.fetch(reference, descriptor), offset);
    }
    return layers.open(reference, descriptor, offset);
  }

  @Override
  public List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
    return referrers.of(reference, subject);
  }
}
