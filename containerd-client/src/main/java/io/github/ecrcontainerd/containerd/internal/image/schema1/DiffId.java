package io.github.ecrcontainerd.containerd.internal.image.schema1;

import io.github.ecrcontainerd.containerd.internal.image.Compression;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PushbackInputStream;
import java.security.MessageDigest;
import java.util.zip.GZIPInputStream;

/**
 * The digest of a layer's tar archive, computed from the layer in the content store.
 *
 * @param compressed whether the layer is a gzip stream, as nearly all are, or an uncompressed
 *     archive
 */
public record DiffId(Digest diffId, boolean compressed) {
  private static final int BUFFER = 1 << 16;

  /**
   * Reads a layer to its end, and closes it.
   *
   * @param layer its digest, for messages
   * @throws ImageException if it starts like a gzip stream but is not one
   */
  public static DiffId of(Digest layer, BlobReader content) throws InterruptedException {
    MessageDigest hash = Digest.Algorithm.SHA256.newHash();
    try (PushbackInputStream bytes = Compression.peekable(content.asInputStream())) {
      boolean compressed = Compression.of(bytes) == Compression.GZIP;
      InputStream tar = compressed ? new GZIPInputStream(bytes, BUFFER) : bytes;
      byte[] buffer = new byte[BUFFER];
      for (int length = tar.read(buffer); length >= 0; length = tar.read(buffer)) {
        hash.update(buffer, 0, length);
      }
      return new DiffId(Digest.of(Digest.Algorithm.SHA256, hash), compressed);
    } catch (InterruptedIOException e) {
      // The stream has set the thread's interrupt status; the exception replaces it.
      Thread.interrupted();
      throw new InterruptedException("Interrupted while " + layer + " was read");
    } catch (IOException e) {
      throw new ImageException(
          ImageException.Code.MALFORMED,
          null,
          layer,
          "The layer %s is not a gzip stream: %s".formatted(layer, e.getMessage()),
          e);
    }
  }
}
