package io.github.ecrcontainerd.containerd.internal.push;

import io.github.ecrcontainerd.containerd.PushListener;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** Brings one blob, byte by byte, hashed on its way: what the source had wrong is its fault. */
record BlobUpload(Source source, Pusher destination, PushListener listener) {

  /**
   * Brings it, from its start once more if the registry loses it half-way, or if its bytes were
   * wrong: they may have been so on their way only.
   */
  void run(Descriptor blob) throws InterruptedException {
    try {
      transfer(blob);
    } catch (ResolverException | ImageException e) {
      if (e instanceof ResolverException refused
          && refused.code() != ResolverException.Code.UPLOAD_LOST) {
        throw e;
      }
      transfer(blob);
    }
  }

  private void transfer(Descriptor blob) throws InterruptedException {
    listener.started(blob, 0);
    // The writer first: it may wait for room, and a reader that is open holds some of its own.
    try (BlobWriter writer = destination.write(blob);
        BlobReader reader = source.open(blob)) {
      Digest came = copy(blob, reader, writer);
      if (!came.equals(blob.digest())) {
        throw new ImageException(
            "%s is damaged: the bytes that were read have the digest %s"
                .formatted(blob.digest(), came));
      }
      writer.commit();
    } catch (RuntimeException | InterruptedException e) {
      listener.failed(blob, e);
      throw e;
    }
    listener.completed(blob);
  }

  private Digest copy(Descriptor blob, BlobReader reader, BlobWriter writer)
      throws InterruptedException {
    MessageDigest hash = blob.digest().algorithm().newHash();
    for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
      int length = bytes.remaining();
      hash.update(bytes.duplicate());
      writer.write(bytes);
      listener.transferred(blob, length);
    }
    return Digest.of(blob.digest().algorithm(), hash);
  }
}
