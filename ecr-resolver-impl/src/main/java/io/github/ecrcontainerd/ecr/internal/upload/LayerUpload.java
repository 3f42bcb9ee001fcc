package io.github.ecrcontainerd.ecr.internal.upload;

import io.github.ecrcontainerd.ecr.internal.api.ApiCall;
import io.github.ecrcontainerd.ecr.internal.api.AvailableLayers;
import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.ecr.internal.api.FailedCall;
import io.github.ecrcontainerd.ecr.internal.events.Recorder;
import io.github.ecrcontainerd.ecr.internal.events.UploadPartEvent;
import io.github.ecrcontainerd.ecr.internal.retry.Backoff;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ecr.model.EmptyUploadException;
import software.amazon.awssdk.services.ecr.model.InitiateLayerUploadResponse;
import software.amazon.awssdk.services.ecr.model.InvalidLayerPartException;
import software.amazon.awssdk.services.ecr.model.LayerAlreadyExistsException;
import software.amazon.awssdk.services.ecr.model.UploadLayerPartResponse;
import software.amazon.awssdk.services.ecr.model.UploadNotFoundException;

/**
 * Uploads one layer to ECR in parts of the size that InitiateLayerUpload returns, in order. One
 * part is sent while the next one is read, as far as the budget of all uploads allows. Bytes are
 * kept until the registry has them. A part that fails or arrives partially is sent again from the
 * byte that the registry needs.
 */
public final class LayerUpload implements BlobWriter {
  private static final String PART = "UploadLayerPart";
  private static final String COMPLETE = "CompleteLayerUpload";

  /** The largest part that the API accepts (LayerPartBlob in its reference), in bytes. */
  private static final long MAX_PART_BYTES = 20_971_520;

  /** How long a part may send nothing and get no answer before it counts as failed. */
  private static final Duration STALL_TIMEOUT = Duration.ofSeconds(10);

  /** How long a part is retried, in addition to the SDK's own retries in a second or two. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** The SDK can't turn a timeout off for one call. */
  private static final Duration NO_TIMEOUT = Duration.ofDays(1);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

  private final EcrApi api;
  private final EcrReference reference;
  private final Descriptor layer;
  private final String uploadId;
  private final int partBytes;
  private final UploadBudget.Room room;
  private final PendingBytes pending;
  private final Backoff backoff = new Backoff(PATIENCE, MAX_PAUSE);
  private boolean closed;

  /** How many bytes the registry has. */
  private long arrived;

  private @Nullable Travelling travelling;

  /** A part that is being sent: the first of the pending bytes. */
  private record Travelling(
      LayerPart part, ApiCall<UploadLayerPartResponse> call, @Nullable UploadPartEvent event) {
    void ended(boolean arrived) {
      if (event != null) {
        event.ended(arrived);
      }
    }
  }

  private LayerUpload(
      EcrApi api,
      EcrReference reference,
      Descriptor layer,
      String uploadId,
      int partBytes,
      UploadBudget.Room room) {
    this.api = api;
    this.reference = reference;
    this.layer = layer;
    this.uploadId = uploadId;
    this.partBytes = partBytes;
    this.room = room;
    this.pending = new PendingBytes(room);
  }

  /** Begins an upload, as soon as there is room for one part. */
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
    if (begun.uploadId() == null || partSize == null || partSize < 1 || partSize > MAX_PART_BYTES) {
      throw new ResolverException(
          Code.INVALID_CONTENT,
          "InitiateLayerUpload",
          reference.toString(),
          layer.digest(),
          "Upload of %s to %s failed: the answer asks for parts of %s bytes"
              .formatted(layer.digest(), reference, partSize),
          null);
    }
    return new LayerUpload(
        api,
        reference,
        layer,
        begun.uploadId(),
        Math.toIntExact(partSize),
        budget.room(chunks(layer.size(), partSize)));
  }

  /**
   * The room that an upload needs at least, in chunks. A part may begin anywhere in its first
   * chunk.
   */
  private static int chunks(long size, long partSize) {
    long whole = Math.ceilDiv(Math.min(size, partSize), UploadBudget.CHUNK_BYTES);
    return Math.toIntExact(size > partSize ? whole + 1 : whole);
  }

  @Override
  public void write(ByteBuffer bytes) throws InterruptedException {
    long written = arrived + pending.length() + bytes.remaining();
    if (written > layer.size()) {
      throw wrongLength(written);
    }
    pending.append(bytes, 2 * partBytes);
    sendWhatIsWhole();
    while (bytes.hasRemaining()) {
      settle();
      sendWhatIsWhole();
      pending.append(bytes, 2 * partBytes);
    }
  }

  /**
   * Sends a part unless one is being sent. The last part waits for the commit, whatever its length.
   */
  private void sendWhatIsWhole() throws InterruptedException {
    if (travelling != null && travelling.call.isDone()) {
      settle();
    }
    if (travelling == null && pending.length() >= partBytes && arrived + partBytes < layer.size()) {
      send(partBytes);
    }
  }

  @Override
  public void commit() throws InterruptedException {
    long written = arrived + pending.length();
    if (written != layer.size()) {
      throw wrongLength(written);
    }
    // A part has at least one byte, so nothing is sent for an empty blob.
    while (arrived < layer.size()) {
      if (travelling == null) {
        send(Math.min(partBytes, pending.length()));
      }
      settle();
    }
    complete();
  }

  private void send(int bytes) throws InterruptedException {
    long first = arrived;
    LayerPart part = pending.first(bytes);
    ApiCall<UploadLayerPartResponse> sent;
    try {
      sent =
          api.start(
              PART,
              reference,
              layer.digest(),
              ecr ->
                  ecr.uploadLayerPart(
                      request ->
                          request
                              .registryId(reference.account())
                              .repositoryName(reference.repository())
                              .uploadId(uploadId)
                              .partFirstByte(first)
                              .partLastByte(first + bytes - 1)
                              .layerPartBlob(SdkBytes.fromByteArrayUnsafe(new byte[0]))
                              .overrideConfiguration(
                                  call ->
                                      // A part takes as long as its bytes move.
                                      call.putExecutionAttribute(PartBodies.PART, part)
                                          .apiCallTimeout(NO_TIMEOUT)
                                          .apiCallAttemptTimeout(NO_TIMEOUT))));
    } catch (FailedCall e) {
      throw e.told();
    }
    travelling =
        new Travelling(
            part, sent, Recorder.isOn() ? new UploadPartEvent(layer.digest(), first, bytes) : null);
  }

  /** Waits for the part that is being sent, and drops those of its bytes that have arrived. */
  private void settle() throws InterruptedException {
    Travelling sent = travelling;
    if (sent == null) {
      return;
    }
    LayerPart part = sent.part;
    long end = arrived + part.length();
    long next = end;
    try {
      api.await(PART, reference, layer.digest(), sent.call, STALL_TIMEOUT, part::lastRead);
      sent.ended(true);
    } catch (FailedCall e) {
      sent.ended(false);
      next = firstMissing(e);
      if (next < arrived) {
        throw lost(e.told());
      }
      if (next > end) {
        throw new ResolverException(
            Code.INVALID_CONTENT,
            PART,
            reference.toString(),
            layer.digest(),
            "Upload of %s to %s failed: %,d bytes were sent, but the registry reports %,d"
                .formatted(layer.digest(), reference, end, next),
            e.told());
      }
      if (next < end) {
        api.pause(PART, e, backoff.failed(FIRST_PAUSE, e.retryAfter()).orElseThrow(e::told));
      }
    }
    travelling = null;
    if (next == end) {
      backoff.progressed(Duration.ZERO);
    }
    pending.drop(Math.toIntExact(next - arrived));
    arrived = next;
  }

  /**
   * The position to resume at after a failed part. If only the answer was lost, all of the part may
   * have arrived.
   */
  private long firstMissing(FailedCall call) {
    return switch (call.failure()) {
      case InvalidLayerPartException invalid when invalid.lastValidByteReceived() != null ->
          invalid.lastValidByteReceived() + 1;
      case UploadNotFoundException _ -> throw lost(call.told());
      default -> {
        if (!call.told().isRetryable()) {
          throw call.told();
        }
        yield arrived;
      }
    };
  }

  private void complete() throws InterruptedException {
    try {
      api.attempt(
          COMPLETE,
          reference,
          layer.digest(),
          ecr ->
              ecr.completeLayerUpload(
                  request ->
                      request
                          .registryId(reference.account())
                          .repositoryName(reference.repository())
                          .uploadId(uploadId)
                          .layerDigests(layer.digest().toString())
                          // ECR reads the layer before it answers, so this one has the whole time.
                          .overrideConfiguration(call -> call.apiCallAttemptTimeout(NO_TIMEOUT))));
    } catch (FailedCall e) {
      switch (e.failure()) {
        case EmptyUploadException _ ->
            throw new ResolverException(
                Code.REJECTED,
                COMPLETE,
                reference.toString(),
                layer.digest(),
                "Push to %s refused: its blob %s has 0 bytes, and Amazon ECR accepts no empty blobs"
                    .formatted(reference, layer.digest()),
                e.told());
        case UploadNotFoundException _ -> checkCompleted(e.told());
        case LayerAlreadyExistsException _ -> {
          // Another upload completed the layer first.
        }
        default -> throw e.told();
      }
    }
  }

  /**
   * If an answer is lost, the SDK retries the call. The first call may have completed the upload.
   */
  private void checkCompleted(ResolverException notFound) throws InterruptedException {
    if (new AvailableLayers(api).of(reference, List.of(layer.digest())).isEmpty()) {
      throw lost(notFound);
    }
  }

  /** An incomplete upload leaves nothing in the repository. ECR has no call to abort it. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (travelling != null) {
        travelling.call.cancel();
      }
      pending.close();
      room.close();
    }
  }

  private ResolverException lost(ResolverException cause) {
    return new ResolverException(
        Code.UPLOAD_LOST,
        cause.operation(),
        reference.toString(),
        layer.digest(),
        "Upload of %s to %s failed: the registry lost the upload. Push again"
            .formatted(layer.digest(), reference),
        cause);
  }

  private ResolverException wrongLength(long written) {
    return new ResolverException(
        Code.REJECTED,
        PART,
        reference.toString(),
        layer.digest(),
        "Upload of %s to %s failed: %,d bytes were written, its descriptor says %,d"
            .formatted(layer.digest(), reference, written, layer.size()),
        null);
  }
}
