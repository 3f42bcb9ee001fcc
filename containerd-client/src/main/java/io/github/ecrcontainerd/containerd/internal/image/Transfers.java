package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.internal.scope.Step;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.nio.ByteBuffer;

/** What every transfer of a document or blob has in common. */
public final class Transfers {

  /** Takes the bytes of a blob, in order. */
  @FunctionalInterface
  public interface Bytes {
    void take(ByteBuffer bytes) throws InterruptedException;
  }

  private Transfers() {}

  /** Runs a transfer and tells its listener: begun, then completed or failed, each once. */
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

  /** Passes on all bytes that a reader has, and tells of them. */
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
   * Runs a transfer once more where that may help: its bytes were wrong, perhaps only on their way,
   * or the registry lost what it had of an upload.
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
