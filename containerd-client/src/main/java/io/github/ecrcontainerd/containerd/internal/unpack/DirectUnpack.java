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
 * Unpacks the layers of one image while they arrive, side by side, by writing where the daemon's
 * snapshots lie; and commits them in order. Nothing is committed before the daemon has accepted the
 * layer's digest and its diff ID was right: the caller waits for the first. What can't be done here
 * is left to the daemon. Safe for use by several threads.
 */
public final class DirectUnpack implements AutoCloseable {
  private static final String OVERLAYFS = "overlayfs";

  private final Snapshots snapshots;
  private final long daemon;
  private final BiConsumer<Descriptor, String> left;

  /** The layers to come, by digest; each is unpacked once. */
  private final Map<Digest, Layer> layers = new HashMap<>();

  private final Map<Digest, LayerStage> stages = new HashMap<>();

  /** The keys of snapshots that were begun and not committed. */
  private final Set<String> begun = new HashSet<>();

  private boolean closed;

  /**
   * What is to become of a layer.
   *
   * @param lowest whether there are no layers below
   */
  public record Layer(Descriptor content, Digest diffId, Digest chainId, boolean lowest) {}

  /**
   * One for an image.
   *
   * @param snapshots under the lease of the pull, so that what is half made goes with it
   * @param daemon the daemon's process
   * @param wanted the lowest first
   * @param left is told what is left to the daemon, and why
   */
  public DirectUnpack(
      Snapshots snapshots, long daemon, List<Layer> wanted, BiConsumer<Descriptor, String> left) {
    this.snapshots = snapshots;
    this.daemon = daemon;
    this.left = left;
    wanted.forEach(layer -> layers.putIfAbsent(layer.content().digest(), layer));
  }

  /**
   * Why this process can't write where the daemon's snapshots lie; empty if it can.
   *
   * @param daemon the daemon's process, if it is known
   * @param snapshotter whose snapshots they are
   */
  public static Optional<String> refusal(OptionalLong daemon, String snapshotter) {
    if (!snapshotter.equals(OVERLAYFS)) {
      return Optional.of(
          "how the snapshotter %s keeps snapshots is not known here".formatted(snapshotter));
    }
    if (daemon.isEmpty()) {
      return Optional.of("the daemon's process is not known from here");
    }
    try {
      if (!Capabilities.letMakeFilesOfAll()) {
        return Optional.of("this process may not make files of all users and kinds, as root may");
      }
      Path process = Path.of("/proc", Long.toString(daemon.getAsLong()));
      return Capabilities.isInFirstNamespace(process)
          ? Optional.empty()
          : Optional.of("the daemon runs in a user namespace of its own");
    } catch (IOException e) {
      return Optional.of("the daemon's process can't be seen from here: " + e.getMessage());
    }
  }

  /** A source whose layers are unpacked while they are read. */
  public Source tap(Source source) {
    return new TappedSource(source);
  }

  /**
   * Opens a layer that is unpacked while it is read, and that nobody else gets: whether it has its
   * digest is the caller's to see.
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
   * Whether a layer that was read has become a snapshot that can be committed; waits for that. If
   * not, it is the daemon's.
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

  /** What is read of the layers is unpacked on its way. */
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

  /** Passes on what it reads. */
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
    public void close() {
      stage.cutOff();
      reader.close();
    }
  }

  /** Begins a layer that comes from its first byte on. One that comes again was a wrong one. */
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
      // The daemon can do what isn't possible here, or tells why it can't.
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
      throw new IOException("the snapshot is of another kind");
    }
    return directories.open(daemon);
  }

  /**
   * Commits the snapshot of a layer whose content the daemon has accepted, on top of those below.
   *
   * @param parent the snapshot of the layers below; {@code ""} for none
   * @param labels of the snapshot
   * @return whether it is there now; if not, it is the daemon's to be made
   * @throws ContainerdException if the daemon refuses it
   */
  public boolean commit(
      Descriptor content, String parent, Digest chainId, Map<String, String> labels)
      throws InterruptedException {
    LayerStage taken;
    synchronized (this) {
      // It has one content: the same layer once more in an image is the daemon's.
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

  /** Ends what still goes on, and removes what was not committed. */
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

  /** A snapshot that can't be removed is under the lease, and goes with it. */
  private void remove(String key) throws InterruptedException {
    try {
      var _ = snapshots.remove(key);
    } catch (ContainerdException refused) {
      // The lease's end removes it.
    }
  }
}
