package io.github.ecrcontainerd.containerd.internal.rootfs;

import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.internal.image.Compression;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The root file system of an image, read from its layers in the content store.
 *
 * <p>All layers are read completely, from the lowest up, and their diff IDs verified: otherwise a
 * truncated layer would look like an image without the missing files. For one thread at a time.
 */
public final class LayerFiles implements RootFileSystem {
  private static final int BUFFER_SIZE = 64 * 1024;

  private final ContentStore store;
  private final List<Descriptor> layers;
  private final List<Digest> diffIds;
  private @Nullable LayerTree tree;

  /**
   * Creates the root file system of some layers. Nothing is read before {@link #read}.
   *
   * @param layers the layers, the lowest first
   * @param diffIds their diff IDs, in the same order
   */
  public LayerFiles(ContentStore store, List<Descriptor> layers, List<Digest> diffIds) {
    if (layers.size() != diffIds.size()) {
      throw new IllegalArgumentException(
          "%d layers, %d diff IDs".formatted(layers.size(), diffIds.size()));
    }
    this.store = store;
    this.layers = List.copyOf(layers);
    this.diffIds = List.copyOf(diffIds);
  }

  /** Processes the entries of a layer. */
  @FunctionalInterface
  private interface Visitor {
    void visit(TarArchiveEntry entry, int number, InputStream content)
        throws IOException, InterruptedException;
  }

  /** Hashes skipped bytes, too. */
  private static final class HashedStream extends DigestInputStream {
    private final byte[] skipped = new byte[BUFFER_SIZE];

    HashedStream(InputStream bytes, MessageDigest hash) {
      super(bytes, hash);
    }

    @Override
    public long skip(long count) throws IOException {
      return Math.max(read(skipped, 0, Math.clamp(count, 0, skipped.length)), 0);
    }
  }

  @Override
  public Optional<byte[]> read(String path, int maxBytes) throws IOException, InterruptedException {
    return PathWalk.read(root(), path, maxBytes);
  }

  private Node.Directory root() throws IOException, InterruptedException {
    if (tree == null) {
      LayerTree applied = new LayerTree();
      for (int i = 0; i < layers.size(); i++) {
        int layer = i;
        applied.beginLayer();
        visit(
            layer,
            (entry, number, content) ->
                applied.apply(entry, maxBytes -> read(layer, number, maxBytes)));
      }
      tree = applied;
    }
    return tree.root();
  }

  private byte[] read(int layer, int wanted, int maxBytes)
      throws IOException, InterruptedException {
    byte[][] found = new byte[1][];
    visit(
        layer,
        (entry, number, content) -> {
          if (number == wanted) {
            found[0] = content.readNBytes(maxBytes + 1);
          }
        });
    return found[0];
  }

  private void visit(int layer, Visitor visitor) throws IOException, InterruptedException {
    Descriptor descriptor = layers.get(layer);
    Digest diffId = diffIds.get(layer);
    MessageDigest hash = diffId.algorithm().newHash();
    try (BlobReader reader = store.read(descriptor.digest(), 0);
        InputStream tar =
            new HashedStream(Compression.uncompressed(reader.asInputStream()), hash)) {
      TarArchiveInputStream entries = new TarArchiveInputStream(tar);
      int number = 0;
      for (TarArchiveEntry entry = entries.getNextEntry();
          entry != null;
          entry = entries.getNextEntry()) {
        visitor.visit(entry, number++, entries);
      }
      var _ = tar.transferTo(OutputStream.nullOutputStream());
    } catch (InterruptedIOException e) {
      // The stream has set the thread's interrupt status; the exception replaces it.
      Thread.interrupted();
      throw new InterruptedException("Interrupted while " + descriptor.digest() + " was read");
    } catch (IOException e) {
      throw new IOException(
          "the layer %s can't be read: %s".formatted(descriptor.digest(), e.getMessage()), e);
    }
    Digest seen = Digest.of(diffId.algorithm(), hash);
    if (!seen.equals(diffId)) {
      throw new IOException(
          "the layer %s unpacks to %s; the image configuration says %s"
              .formatted(descriptor.digest(), seen, diffId));
    }
  }

  @Override
  public void close() {
    tree = null;
  }
}
