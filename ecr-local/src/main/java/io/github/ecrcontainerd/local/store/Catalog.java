package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The images of a repository at one moment. */
public final class Catalog {
  private final Map<Digest, StoredImage> byDigest;
  private final Map<String, Digest> byTag;

  Catalog(Map<Digest, StoredImage> byDigest, Map<String, Digest> byTag) {
    this.byDigest = byDigest;
    this.byTag = byTag;
  }

  public Optional<StoredImage> byDigest(Digest digest) {
    return Optional.ofNullable(byDigest.get(digest));
  }

  public Optional<StoredImage> byTag(String tag) {
    @Nullable Digest digest = byTag.get(tag);
    return digest == null ? Optional.empty() : byDigest(digest);
  }

  /** All images: those in {@code index.json}, and those in their indexes. */
  public Collection<StoredImage> all() {
    return byDigest.values();
  }
}
