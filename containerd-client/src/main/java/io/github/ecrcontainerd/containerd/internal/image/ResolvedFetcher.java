package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A fetcher that has the root of an image from its resolution, where that came with its bytes. */
public record ResolvedFetcher(Fetcher fetcher, Resolution image) implements Fetcher {

  @Override
  public BlobReader fetch(Descriptor descriptor, long offset) throws InterruptedException {
    boolean resolved =
        image.document().isPresent() && descriptor.digest().equals(image.target().digest());
    return resolved ? image.document().get().open(offset) : fetcher.fetch(descriptor, offset);
  }

  @Override
  public List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
    return fetcher.referrers(subject);
  }

  @Override
  public Map<Digest, Long> sizes(Collection<Digest> blobs) throws InterruptedException {
    return fetcher.sizes(blobs);
  }
}
