package io.github.ecrcontainerd.ecr.internal.upload;

import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ecr.model.EmptyUploadException;
import software.amazon.awssdk.services.ecr.model.InitiateLayerUploadResponse;
import software.amazon.awssdk.services.ecr.model.LayerAlreadyExistsException;
import software.amazon.awssdk.services.ecr.model.UploadLayerPartResponse;

/**
 * One layer on its way into ECR: parts of the size that InitiateLayerUpload asks for, in order. One
 * part travels while the next one is filled, as far as the budget of all uploads allows.
 */
public final class LayerUpload implements BlobWriter {
  /** The largest part that the API takes (LayerPartBlob in its reference), in bytes. */
  private static final long LARGEST_PART = 20_971_520;

  private final EcrApi api;
  private final EcrReference reference;
  private final Descriptor layer;
  private final String uploadId;
  private final UploadBudget budget;
  private final int partBytes;
  private byte @Nullable [] filling;
  private boolean roomForTwo;
  private boolean closed;
  private int filled;
  private long sent;
  private @Nullable CompletableFuture<UploadLayerPartResponse> travelling;

  private LayerUpload(
      EcrApi api,
      UploadBudget budget,
      EcrReference reference,
      Descriptor layer,
      String uploadId,
      int partBytes) {
    this.budget = budget;
    this.api = api;
    this.reference = reference;
    this.layer = layer;
    this.uploadId = uploadId;
    this.partBytes = partBytes;
  }

  /** Begins an upload, as soon as there is room for a part of it. */
  public static LayerUpload begin(
      EcrApi api, UploadBudget budget, EcrReference reference, Descriptor layer)
      throws InterruptedException {
    InitiateLayerUploadResponse begun =
        api.call(
            "InitiateLayerUpload",
            reference,
            layer.digest(),
            ecr ->
                ecr.initiateLayerUpload(
                    request ->
                        request
                            .registryId(reference.account())
                            .repositoryName(reference.repository())));
    Long partSize = begun.partSize();
    if (begun.uploadId() == null || partSize == null || partSize < 1 || partSize > LARGEST_PART) {
      throw new ResolverException(
          Code.INVALID_CONTENT,
          "InitiateLayerUpload",
          reference.toString(),
          layer.digest(),
          "Upload of %s to %s failed: the answer asks for parts of %s bytes"
              .formatted(layer.digest(), reference, partSize),
          null);
    }
    // No part is longer than the layer: a small one needs no large buffer.
    long partBytes = Math.max(1, Math.min(partSize, layer.size()));
    budget.take(Math.toIntExact(partBytes));
    return new LayerUpload(
        api, budget, reference, layer, begun.uploadId(), Math.toIntExact(partBytes));
  }

  @Override
  public void write(ByteBuffer bytes) throws InterruptedException {
    long written = sent + filled + bytes.remaining();
    if (written > layer.size()) {
      throw wrongLength(written);
    }
    while (bytes.hasRemaining()) {
      byte[] part = filling();
      int length = Math.min(bytes.remaining(), part.length - filled);
      bytes.get(part, filled, length);
      filled += length;
      // The last part waits for the commit, however long it is.
      if (filled == part.length && sent + filled < layer.size()) {
        sendPart();
      }
    }
  }

  /** The part that is being filled, beside the one that travels if there is room for two. */
  private byte[] filling() throws InterruptedException {
    byte[] part = filling;
    if (part == null) {
      if (travelling != null && !roomForTwo) {
        roomForTwo = budget.tryTake(partBytes);
        if (!roomForTwo) {
          awaitPart();
        }
      }
      part = new byte[Math.toIntExact(Math.min(partBytes, layer.size() - sent))];
      filling = part;
    }
    return part;
  }

  @Override
  public void commit() throws InterruptedException {
    if (sent + filled != layer.size()) {
      throw wrongLength(sent + filled);
    }
    // A part has at least one byte: of an empty blob there is nothing to send.
    if (layer.size() > 0) {
      sendPart();
    }
    awaitPart();
    try {
      api.call(
          "CompleteLayerUpload",
          reference,
          layer.digest(),
          ecr ->
              ecr.completeLayerUpload(
                  request ->
                      request
                          .registryId(reference.account())
                          .repositoryName(reference.repository())
                          .uploadId(uploadId)
                          .layerDigests(layer.digest().toString())));
    } catch (ResolverException e) {
      if (e.getCause() instanceof EmptyUploadException) {
        throw new ResolverException(
            Code.REJECTED,
            "CompleteLayerUpload",
            reference.toString(),
            layer.digest(),
            "Push to %s refused: its blob %s has 0 bytes, and Amazon ECR takes no empty blob"
                .formatted(reference, layer.digest()),
            e);
      }
      if (!(e.getCause() instanceof LayerAlreadyExistsException)) {
        throw e;
      }
    }
  }

  /**
   * An upload that is not completed leaves nothing in the repository; ECR has no call to end it.
   */
  @Override
  public void close() {
    CompletableFuture<UploadLayerPartResponse> running = travelling;
    if (running != null) {
      running.cancel(true);
    }
    if (!closed) {
      closed = true;
      budget.giveBack(roomForTwo ? 2 * partBytes : partBytes);
    }
  }

  /** Sends what was filled, once the part before it has arrived: ECR takes them in order. */
  private void sendPart() throws InterruptedException {
    awaitPart();
    byte[] content = filling();
    long first = sent;
    CompletableFuture<UploadLayerPartResponse> started = budget.encode(() -> start(first, content));
    filling = null;
    travelling = started;
    sent += filled;
    filled = 0;
  }

  private CompletableFuture<UploadLayerPartResponse> start(long first, byte[] content) {
    return api.start(
        reference,
        ecr ->
            ecr.uploadLayerPart(
                request ->
                    request
                        .registryId(reference.account())
                        .repositoryName(reference.repository())
                        .uploadId(uploadId)
                        .partFirstByte(first)
                        .partLastByte(first + content.length - 1)
                        .layerPartBlob(SdkBytes.fromByteArrayUnsafe(content))));
  }

  private void awaitPart() throws InterruptedException {
    CompletableFuture<UploadLayerPartResponse> running = travelling;
    if (running != null) {
      api.await("UploadLayerPart", reference, layer.digest(), running);
      travelling = null;
      if (roomForTwo) {
        roomForTwo = false;
        budget.giveBack(partBytes);
      }
    }
  }

  private ResolverException wrongLength(long written) {
    return new ResolverException(
        Code.REJECTED,
        "UploadLayerPart",
        reference.toString(),
        layer.digest(),
        "Upload of %s to %s failed: %,d bytes were written, its descriptor says %,d"
            .formatted(layer.digest(), reference, written, layer.size()),
        null);
  }
}
