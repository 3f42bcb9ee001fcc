package io.github.ecrcontainerd.containerd.internal.unpack;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.internal.ffm.Capabilities;
import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.internal.rootfs.SnapshotDirectories;
import io.github.ecrcontainerd.containerd.internal.scope.CleanUp;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks the layers of one image concurrently while they arrive, by writing into the directories
 * of the daemon's snapshots, and commits them in order. A layer is committed only after the daemon
 * has accepted its digest, which the caller waits for, and its diff ID was verified. Layers that
 * can't be unpacked here are left to the daemon. Safe for use by several threads.
 */
public final class DirectUnpack implements AutoCloseable {
  private static final String OVERLAYFS = "overlayfs";

  private final Snapshots snapshots;
  private final long daemon;
  private final BiConsumer<Descriptor, String> left;

  /** The layers that have not arrived yet, by digest. Each is unpacked once. */
  private final Map<Digest, Layer> layers = new HashMap<>();

  private final Map<Digest, LayerStage> stages = new HashMap<>();

  /** The keys of snapshots that were prepared but not committed. */
  private final Set<String> begun = new HashSet<>();

  private boolean closed;

  /**
   * A layer to unpack.
   *
   * @param lowest whether there are no layers below
   */
  public record Layer(Descriptor content, Digest diffId, Digest chainId, boolean lowest) {}

  /**
   * Creates the unpacking of one image.
   *
   * @param snapshots the snapshots under the pull's lease, which ends unfinished ones too
   * @param daemon the daemon's process
   * @param wanted the layers, the lowest first
   * @param left receives each layer that is left to the daemon, and the reason
   */
  public DirectUnpack(
      Snapshots snapshots, long daemon, List<Layer> wanted, BiConsumer<Descriptor, String> left) {
    this.snapshots = snapshots;
    this.daemon = daemon;
    this.left = left;
    wanted.forEach(layer -> layers.putIfAbsent(layer.content().digest(), layer));
  }

  /**
   * Returns why this process can't write into the snapshots' directories; empty if it can.
   *
   * @param daemon the daemon's process ID, if known
   * @param snapshotter the snapshotter of the snapshots
   */
  public static Optional<String> refusal(OptionalLong daemon, String snapshotter) {
    if (!snapshotter.equals(OVERLAYFS)) {
      return Optional.of(
          "direct unpacking does not support the snapshotter %s".formatted(snapshotter));
    }
    if (daemon.isEmpty()) {
      return Optional.of("the daemon's process is not known from here");
    }
    try {
      if (!Capabilities.letMakeFilesOfAll()) {
        return Optional.of(
            "this process lacks root's capabilities to create files of all users and types");
      }
      Path process = Path.of("/proc", Long.toString(daemon.getAsLong()));
      return Capabilities.isInFirstNamespace(process)
          ? Optional.empty()
          : Optional.of("the daemon runs in a user namespace of its own");
    } catch (IOException e) {
      return Optional.of("the daemon's process can't be seen from here: " + e.getMessage());
    }
  }

  /** Returns a source whose layers are unpacked while they are read. */
  public Source tap(Source source) {
    return new TappedSource(source);
  }

  /**
   * Opens a layer that is unpacked while it is read, and not stored elsewhere. The caller must
   * verify its digest.
   *
   * @return empty if it can't be unpacked here
   */
  public Optional<BlobReader> open(Source source, Descriptor layer) throws InterruptedException {
    Optional<LayerStage> stage = begin(layer, 0);
    return stage.isPresent() ? Optional.of(tapped(source, layer, stage.get())) : Optional.empty();
  }

  private static BlobReader tapped(Source source, Descriptor layer, LayerStage stage)
      throws InterruptedException {
    try {
      return new TappedReader(source.open(layer, 0), stage);
    } catch (RuntimeException | InterruptedException e) {
      stage.cutOff();
      throw e;
    }
  }

  /**
   * Waits until a layer is unpacked. Returns whether its snapshot can be committed; if not, the
   * daemon has to unpack it.
   */
  public boolean isUnpacked(Descriptor layer) throws InterruptedException {
    LayerStage stage;
    synchronized (this) {
      stage = stages.get(layer.digest());
    }
    try {
      if (stage != null) {
        stage.await();
      }
      return stage != null;
    } catch (IOException e) {
      leave(layer, e);
      return false;
    }
  }

  private void leave(Descriptor layer, IOException reason) {
    LayerStage stage;
    synchronized (this) {
      stage = stages.remove(layer.digest());
    }
    if (stage != null) {
      stage.close();
    }
    left.accept(layer, String.valueOf(reason.getMessage()));
  }

  /** Unpacks layers while they are read. */
  private final class TappedSource implements Source {
    private final Source source;

    TappedSource(Source source) {
      this.source = source;
    }

    @Override
    public BlobReader open(Descriptor content, long offset) throws InterruptedException {
      Optional<LayerStage> stage = begin(content, offset);
      return stage.isPresent()
          ? tapped(source, content, stage.get())
          : source.open(content, offset);
    }

    @Override
    public Optional<byte[]> held(Descriptor document) throws InterruptedException {
      return source.held(document);
    }

    @Override
    public boolean has(Descriptor content) throws InterruptedException {
      return source.has(content);
    }

    @Override
    public void require(Collection<Descriptor> contents) throws InterruptedException {
      source.require(contents);
    }

    @Override
    public List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
      return source.referrers(subject);
    }
  }

  /** Passes the bytes that it reads on to a stage. */
  private record TappedReader(BlobReader reader, LayerStage stage) implements BlobReader {
    @Override
    public @Nullable ByteBuffer read() throws InterruptedException {
      ByteBuffer bytes = reader.read();
      if (bytes == null) {
        stage.end();
      } else {
        stage.put(bytes.duplicate());
      }
      return bytes;
    }

    @Override
    public void rejected() {
      reader.rejected();
    }

    @Override
    public void close() {
      stage.cutOff();
      reader.close();
    }
  }

  /**
   * Starts to unpack a layer that arrives from its first byte. A second transfer of the same layer
   * means that the first was damaged, so its stage is closed.
   */
  private Optional<LayerStage> begin(Descriptor content, long offset) throws InterruptedException {
    Layer layer;
    LayerStage before;
    synchronized (this) {
      before = stages.remove(content.digest());
      layer = layers.remove(content.digest());
    }
    if (before != null) {
      before.close();
    }
    if (offset > 0) {
      return Optional.empty();
    }
    if (layer == null || snapshots.stat(layer.chainId().toString()).isPresent()) {
      return Optional.empty();
    }
    String key = UnpackKey.of("stage of " + layer.chainId());
    begun(key);
    try {
      List<Mount> mounts = snapshots.prepare(key, "", Map.of());
      DirectoryHandle directory = open(mounts).getFirst();
      requireShared(key, directory);
      LayerStage stage = new LayerStage(content, key, directory, !layer.lowest(), layer.diffId());
      return keep(content.digest(), stage);
    } catch (ContainerdException | IOException e) {
      // The daemon may be able to unpack it, or will report why it can't.
      left.accept(content, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void requireShared(String key, DirectoryHandle directory)
      throws IOException, InterruptedException {
    try {
      SharedDirectory.require(snapshots, key, directory);
    } catch (IOException | RuntimeException | InterruptedException e) {
      directory.close();
      throw e;
    }
  }

  private synchronized void begun(String key) {
    begun.add(key);
  }

  private synchronized Optional<LayerStage> keep(Digest layer, LayerStage stage) {
    if (closed) {
      stage.close();
      return Optional.empty();
    }
    stages.put(layer, stage);
    return Optional.of(stage);
  }

  private List<DirectoryHandle> open(List<Mount> mounts) throws IOException {
    SnapshotDirectories directories = SnapshotDirectories.of(mounts);
    if (!directories.isWritable()) {
      throw new IOException("the snapshot's mount is not a supported writable one");
    }
    return directories.open(daemon);
  }

  /**
   * Commits the snapshot of a layer on top of those below, after the daemon has accepted its
   * content.
   *
   * @param parent the snapshot of the layers below; {@code ""} for none
   * @param labels the labels of the snapshot
   * @return whether it was committed; if not, the daemon has to unpack the layer
   * @throws ContainerdException if the daemon refuses it
   */
  public boolean commit(
      Descriptor content, String parent, Digest chainId, Map<String, String> labels)
      throws InterruptedException {
    LayerStage taken;
    synchronized (this) {
      // A stage can be used once. If the image has the layer again, the daemon unpacks it.
      taken = stages.remove(content.digest());
    }
    if (taken == null) {
      return false;
    }
    try (LayerStage stage = taken) {
      String key = stage.key();
      stage.await();
      if (!parent.isEmpty()) {
        key = UnpackKey.of(chainId);
        begun(key);
        move(stage, snapshots.prepare(key, parent, labels));
      }
      snapshots.commit(chainId.toString(), key, labels);
      synchronized (this) {
        begun.remove(key);
      }
      return true;
    } catch (IOException e) {
      left.accept(content, String.valueOf(e.getMessage()));
      return false;
    }
  }

  private void move(LayerStage stage, List<Mount> mounts) throws IOException {
    if (!SnapshotDirectories.of(mounts).ofOverlay()) {
      throw new IOException("a snapshot that is no overlay");
    }
    List<DirectoryHandle> directories = open(mounts);
    try {
      stage.moveTo(directories);
    } finally {
      directories.forEach(DirectoryHandle::close);
    }
  }

  /** Ends running work, and removes snapshots that were not committed. */
  @Override
  public void close() {
    List<LayerStage> all;
    List<String> left;
    synchronized (this) {
      closed = true;
      all = List.copyOf(stages.values());
      left = List.copyOf(begun);
    }
    all.forEach(LayerStage::close);
    CleanUp.run(
        () -> {
          for (String key : left) {
            remove(key);
          }
        });
  }

  /** Removes a snapshot. If that fails, it is removed with the lease. */
  private void remove(String key) throws InterruptedException {
    try {
      var _ = snapshots.remove(key);
    } catch (ContainerdException refused) {
      // Removed when the lease ends.
    }
  }
}
