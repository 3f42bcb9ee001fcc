package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A change of the images of one repository. It holds the repository's lock until it is closed. The
 * index doesn't change on disk before {@link #commit}.
 */
public final class IndexEdit implements AutoCloseable {
  private final IndexFile file;
  private final Blobs blobs;
  private final Lock held;
  private final Catalog before;
  private final ObjectNode index;
  private final ArrayNode entries;
  private final List<Digest> deleted = new ArrayList<>();

  /**
   * @param held the repository's lock, which the caller has acquired; {@link #close} unlocks it
   */
  IndexEdit(IndexFile file, Blobs blobs, Lock held) throws IOException {
    this.file = file;
    this.blobs = blobs;
    this.held = held;
    this.before = file.catalog();
    this.index = file.copy();
    this.entries = index.withArray("manifests");
  }

  /** The images before this change. */
  public Catalog before() {
    return before;
  }

  /** Adds an image, or tags an existing one. */
  public void put(Digest digest, String mediaType, byte[] content, Optional<String> tag)
      throws IOException {
    if (blobs.find(digest).isEmpty()) {
      blobs.write(digest, content);
    }
    tag.ifPresent(this::untag);
    List<ObjectNode> same = entries(digest);
    Optional<ObjectNode> unnamed =
        same.stream().filter(each -> IndexEntry.tag(each).isEmpty()).findFirst();
    if (tag.isEmpty() && !same.isEmpty()) {
      return;
    }
    ObjectNode entry =
        unnamed.orElseGet(
            () -> {
              ObjectNode added = IndexEntry.of(mediaType, digest, content.length);
              entries.add(added);
              return added;
            });
    tag.ifPresent(name -> IndexEntry.setTag(entry, name));
  }

  /** Removes a tag from its image. The image stays under its digest. */
  public void untag(String tag) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i) instanceof ObjectNode entry
          && IndexEntry.tag(entry).filter(tag::equals).isPresent()) {
        boolean named = IndexEntry.digest(entry).stream().anyMatch(d -> entries(d).size() > 1);
        if (named) {
          entries.remove(i--);
        } else {
          IndexEntry.removeTag(entry);
        }
      }
    }
  }

  /** Removes an image with all its tags. The children of an index stay, without a tag. */
  public void delete(StoredImage image) throws IOException {
    for (StoredImage child : before.all()) {
      if (child.indexes().contains(image.digest())
          && !deleted.contains(child.digest())
          && entries(child.digest()).isEmpty()) {
        entries.add(IndexEntry.of(child.mediaType(), child.digest(), child.blob().size()));
      }
    }
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (IndexEntry.digest(entries.get(i)).filter(image.digest()::equals).isPresent()) {
        entries.remove(i);
      }
    }
    deleted.add(image.digest());
  }

  private List<ObjectNode> entries(Digest digest) {
    List<ObjectNode> same = new ArrayList<>();
    for (JsonNode each : entries) {
      if (each instanceof ObjectNode entry
          && IndexEntry.digest(entry).filter(digest::equals).isPresent()) {
        same.add(entry);
      }
    }
    return same;
  }

  /** Writes the change. */
  public void commit() throws IOException {
    file.write(index);
    for (Digest digest : deleted) {
      blobs.delete(digest);
    }
  }

  @Override
  public void close() {
    held.unlock();
  }
}
