package io.github.ecrcontainerd.containerd.internal.memory;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.container.Containers;
import io.github.ecrcontainerd.containerd.content.ContentInfo;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.content.IngestStatus;
import io.github.ecrcontainerd.containerd.diff.Diff;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.introspection.Introspection;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.containerd.namespace.Namespaces;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.containerd.task.Tasks;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EmbeddedData;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A containerd's content store, image records and leases. It has no snapshots and runs nothing:
 * that is for tests with a real daemon.
 */
public final class MemoryContainerd implements ContainerdServices {
  private final Store store = new Store();
  private final Map<String, Image> images = new LinkedHashMap<>();

  /** What its clock says. */
  private static final Instant NOW = Instant.parse("2020-01-01T00:00:00Z");

  private final Map<String, Lease> leases = new LinkedHashMap<>();
  private final Map<String, List<LeaseResource>> leased = new LinkedHashMap<>();

  /** The digests of all content, in the order in which it was committed. */
  public List<Digest> stored() {
    return List.copyOf(store.blobs.keySet());
  }

  /** The labels of some content. */
  public Map<String, String> labels(Descriptor content) {
    return store.info(content.digest()).orElseThrow().labels();
  }

  /** The leases that are held. */
  public List<Lease> held() {
    return List.copyOf(leases.values());
  }

  @Override
  public ContainerdServices withLease(Lease lease) {
    return this;
  }

  @Override
  public ContentStore content() {
    return store;
  }

  @Override
  public Images images() {
    return new Records();
  }

  @Override
  public Leases leases() {
    return new HeldLeases();
  }

  /** Hashes by SHA-256 alone, as containerd does. */
  private static final class Store implements ContentStore {
    private final Map<Digest, byte[]> blobs = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<Digest, Map<String, String>> labels =
        Collections.synchronizedMap(new HashMap<>());

    @Override
    public Optional<ContentInfo> info(Digest digest) {
      return Optional.ofNullable(blobs.get(digest))
          .map(
              bytes ->
                  new ContentInfo(
                      digest,
                      bytes.length,
                      Instant.EPOCH,
                      Instant.EPOCH,
                      labels.getOrDefault(digest, Map.of())));
    }

    @Override
    public ContentInfo updateLabels(Digest digest, Map<String, String> changed) {
      Map<String, String> all = new HashMap<>(labels.getOrDefault(digest, Map.of()));
      all.putAll(changed);
      labels.put(digest, all);
      return info(digest).orElseThrow();
    }

    @Override
    public List<ContentInfo> list(String... filters) {
      return blobs.keySet().stream().map(digest -> info(digest).orElseThrow()).toList();
    }

    @Override
    public boolean delete(Digest digest) {
      return blobs.remove(digest) != null;
    }

    @Override
    public BlobReader read(Digest digest, long offset) {
      return EmbeddedData.of(bytes(digest)).open(offset);
    }

    @Override
    public BlobReader read(Digest digest, long offset, long size) {
      int end = Math.toIntExact(offset + size);
      return EmbeddedData.of(Arrays.copyOf(bytes(digest), end)).open(offset);
    }

    @Override
    public byte[] readAll(Digest digest, int maxBytes) {
      return bytes(digest);
    }

    private byte[] bytes(Digest digest) {
      byte[] bytes = blobs.get(digest);
      if (bytes == null) {
        throw new ContainerdException(
            Code.NOT_FOUND, "Content.Read", digest.toString(), "there is no such blob", null);
      }
      return bytes;
    }

    @Override
    public Optional<Ingest> ingest(String ref, Digest expected, long size) {
      return blobs.containsKey(expected)
          ? Optional.empty()
          : Optional.of(new Arriving(this, ref, expected, size));
    }

    @Override
    public Optional<IngestStatus> status(String ref) {
      return Optional.empty();
    }

    @Override
    public List<IngestStatus> statuses(String... filters) {
      return List.of();
    }

    @Override
    public boolean abort(String ref) {
      return false;
    }
  }

  private static final class Arriving implements Ingest {
    private final Store store;
    private final String ref;
    private final Digest expected;
    private final long size;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Arriving(Store store, String ref, Digest expected, long size) {
      this.store = store;
      this.ref = ref;
      this.expected = expected;
      this.size = size;
    }

    @Override
    public long offset() {
      return bytes.size();
    }

    @Override
    public void write(ByteBuffer more) {
      while (more.hasRemaining()) {
        bytes.write(more.get());
      }
    }

    @Override
    public void truncate() {
      bytes.reset();
    }

    @Override
    public Outcome commit(Map<String, String> labels) {
      byte[] all = bytes.toByteArray();
      if (all.length != size || !Digest.sha256(all).equals(expected)) {
        throw new ContainerdException(
            Code.FAILED_PRECONDITION, "Content.Write", ref, "the bytes are wrong", null);
      }
      if (store.blobs.putIfAbsent(expected, all) != null) {
        return Outcome.ALREADY_EXISTS;
      }
      store.labels.put(expected, Map.copyOf(labels));
      return Outcome.COMMITTED;
    }

    @Override
    public void abort() {
      bytes.reset();
    }

    @Override
    public void close() {}
  }

  private final class Records implements Images {
    @Override
    public Optional<Image> get(String name) {
      return Optional.ofNullable(images.get(name));
    }

    @Override
    public List<Image> list(String... filters) {
      return images.values().stream()
          .filter(
              image ->
                  filters.length == 0
                      || image.labels().values().stream()
                          .anyMatch(value -> filters[0].contains(value)))
          .toList();
    }

    @Override
    public Image create(String name, Descriptor target, Map<String, String> labels) {
      return put(name, target, labels);
    }

    @Override
    public Image update(String name, Descriptor target, Map<String, String> labels) {
      return put(name, target, labels);
    }

    @Override
    public Image put(String name, Descriptor target, Map<String, String> labels) {
      Image image = new Image(name, target, labels, Instant.EPOCH, Instant.EPOCH);
      images.put(name, image);
      return image;
    }

    @Override
    public boolean delete(String name) {
      return images.remove(name) != null;
    }

    @Override
    public boolean deleteAndCollect(String name) {
      return delete(name);
    }
  }

  private final class HeldLeases implements Leases {
    @Override
    public Lease create(String id, Map<String, String> labels) {
      Lease lease = new Lease(id, NOW, labels);
      leases.put(id, lease);
      return lease;
    }

    @Override
    public boolean delete(String id) {
      return leases.remove(id) != null;
    }

    @Override
    public boolean deleteAndCollect(String id) {
      return delete(id);
    }

    @Override
    public List<Lease> list(String... filters) {
      return new ArrayList<>(leases.values());
    }

    @Override
    public void addResource(String id, LeaseResource resource) {
      leased.computeIfAbsent(id, of -> new ArrayList<>()).add(resource);
    }

    @Override
    public List<LeaseResource> resources(String id) {
      return List.copyOf(leased.getOrDefault(id, List.of()));
    }
  }

  @Override
  public Introspection introspection() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Namespaces namespaces() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Snapshots snapshots(String snapshotter) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Diff diff() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Containers containers() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Tasks tasks() {
    throw new UnsupportedOperationException();
  }
}
