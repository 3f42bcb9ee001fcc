package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Reads a {@link Catalog} from an {@code index.json}: follows its entries through all indexes. */
final class CatalogReading {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogReading.class);

  private static final class Found {
    final String mediaType;
    final Blob blob;
    final TreeSet<String> tags = new TreeSet<>();
    final List<Digest> indexes = new ArrayList<>();

    Found(String mediaType, Blob blob) {
      this.mediaType = mediaType;
      this.blob = blob;
    }
  }

  private final Blobs blobs;
  private final Map<Digest, Found> found = new LinkedHashMap<>();
  private final Map<String, Digest> byTag = new TreeMap<>();

  CatalogReading(Blobs blobs) {
    this.blobs = blobs;
  }

  Catalog read(JsonNode index) throws IOException {
    for (JsonNode entry : index.path("manifests")) {
      Optional<Digest> digest = IndexEntry.digest(entry);
      if (digest.isEmpty()) {
        continue;
      }
      @Nullable Found image = visit(digest.get(), IndexEntry.mediaType(entry));
      Optional<String> tag = IndexEntry.tag(entry);
      if (image != null && tag.isPresent() && byTag.putIfAbsent(tag.get(), digest.get()) == null) {
        image.tags.add(tag.get());
      }
    }
    Map<Digest, StoredImage> images = new LinkedHashMap<>();
    found.forEach(
        (digest, image) ->
            images.put(
                digest,
                new StoredImage(
                    image.mediaType,
                    image.blob,
                    List.copyOf(image.tags),
                    List.copyOf(image.indexes))));
    return new Catalog(images, byTag);
  }

  /**
   * Adds the image of a digest, and all images that it refers to; null if its bytes are missing.
   */
  private @Nullable Found visit(Digest digest, String mediaType) throws IOException {
    @Nullable Found known = found.get(digest);
    if (known != null) {
      return known;
    }
    @Nullable Blob blob = blobs.find(digest).orElse(null);
    if (blob == null) {
      return null;
    }
    Found image = new Found(mediaType, blob);
    found.put(digest, image);
    if (MediaTypes.isIndex(mediaType)) {
      for (Manifest.Link child : children(image)) {
        @Nullable Found manifest = visit(child.digest(), child.mediaType().orElse(""));
        if (manifest != null) {
          manifest.indexes.add(digest);
        }
      }
    }
    return image;
  }

  private static List<Manifest.Link> children(Found image) throws IOException {
    try {
      return new StoredImage(image.mediaType, image.blob, List.of(), List.of())
          .manifest()
          .children();
    } catch (IllegalArgumentException e) {
      // The content is served nevertheless, because a client must cope with a broken registry.
      LOG.debug("{} is no index: {}", image.blob.path(), e.getMessage());
      return List.of();
    }
  }
}
