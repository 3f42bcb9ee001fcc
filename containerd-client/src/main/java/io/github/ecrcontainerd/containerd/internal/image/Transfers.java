package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.internal.scope.Step;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** Common steps of all transfers of a document or blob. */
public final class Transfers {

  /** Receives the bytes of a blob, in order. */
  @FunctionalInterface
  public interface Bytes {
    void take(ByteBuffer bytes) throws InterruptedException;
  }

  private Transfers() {}

  /** Runs a transfer and calls its listener: started, then completed or failed, once each. */
  public static <T> T observe(
      TransferListener listener, Descriptor content, long offset, Step<T> transfer)
      throws InterruptedException {
    listener.started(content, offset);
    T result;
    try {
      result = transfer.run();
    } catch (RuntimeException | InterruptedException e) {
      listener.failed(content, e);
      throw e;
    }
    listener.completed(content);
    return result;
  }

  /** Copies all bytes of a reader, and reports them to the listener. */
  public static void copy(
      BlobReader reader, Bytes target, Descriptor content, TransferListener listener)
      throws InterruptedException {
    for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
      int length = bytes.remaining();
      target.take(bytes);
      listener.transferred(content, length);
    }
  }

  /**
   * Copies and verifies all bytes of a reader, for a target that doesn't verify them itself.
   *
   * @throws ImageException with DAMAGED on a digest mismatch, after the target has received the
   *     bytes
   */
  public static void copyVerified(
      BlobReader reader, Bytes target, Descriptor content, TransferListener listener)
      throws InterruptedException {
    MessageDigest hash = content.digest().algorithm().newHash();
    copy(
        reader,
        bytes -> {
          hash.update(bytes.duplicate());
          target.take(bytes);
        },
        content,
        listener);
    Digest came = Digest.of(content.digest().algorithm(), hash);
    if (!came.equals(content.digest())) {
      reader.rejected();
      throw new ImageException(
          ImageException.Code.DAMAGED,
          content.digest(),
          "%s is damaged: the received bytes have the digest %s".formatted(content.digest(), came));
    }
  }

  /**
   * Runs a transfer, and once more if its bytes were damaged, perhaps only in transit, or the
   * registry lost the upload.
   */
  public static <T> T twice(Step<T> transfer) throws InterruptedException {
    try {
      return transfer.run();
    } catch (ImageException e) {
      if (e.code() != ImageException.Code.DAMAGED) {
        throw e;
      }
    } catch (ResolverException e) {
      if (e.code() != ResolverException.Code.UPLOAD_LOST) {
        throw e;
      }
    }
    return transfer.run();
  }
}
