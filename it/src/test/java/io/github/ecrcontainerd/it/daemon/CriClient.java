package io.github.ecrcontainerd.it.daemon;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.github.ecrcontainerd.containerd.internal.ffm.UnixSocket;
import io.github.ecrcontainerd.containerd.internal.transport.DaemonChannel;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.lite.ProtoLiteUtils;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A client for containerd's CRI plugin with those calls of kubelet and crictl that tests need:
 * Kubernetes' container runtime interface, version 1. It writes messages field by field, with the
 * numbers in {@code pkg/apis/runtime/v1/api.proto} of k8s.io/cri-api.
 */
public final class CriClient implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Duration TICK = Duration.ofMillis(20);

  /** {@code NamespaceMode.NODE}: the machine's own namespace. */
  private static final long NODE = 2;

  private final Containerd daemon;
  private final DaemonChannel channel;

  /**
   * An image as the CRI plugin lists it.
   *
   * @param id the digest of its configuration
   */
  public record CriImage(String id, List<String> repoTags, List<String> repoDigests) {}

  private CriClient(Containerd daemon) {
    this.daemon = daemon;
    this.channel = new DaemonChannel(UnixSocket::connect, daemon.socket());
  }

  /** Waits until the daemon's CRI plugin serves: it may start after all others. */
  public static CriClient connect(Containerd daemon) {
    CriClient client = new CriClient(daemon);
    try {
      client.await("the CRI plugin to serve", client::isServing);
      return client;
    } catch (AssertionError | StatusRuntimeException e) {
      client.close();
      throw e;
    }
  }

  private boolean isServing() {
    try {
      listImages();
      return true;
    } catch (StatusRuntimeException e) {
      // 1.6 reports this with the code UNKNOWN.
      if (String.valueOf(e.getStatus().getDescription()).contains("not initialized yet")) {
        return false;
      }
      throw e;
    }
  }

  /** The plugin doesn't report that it has handled an event: so this polls. */
  private void await(String event, BooleanSupplier condition) {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "Waited in vain for %s, for %s. containerd says:%n%s"
                .formatted(event, DEADLINE, daemon.log()));
      }
      LockSupport.parkNanos(TICK.toNanos());
    }
  }

  /** Waits until {@link #imageStatus} finds an image whose record was made. */
  public CriImage awaitImage(String image) {
    await("the CRI plugin to know " + image, () -> imageStatus(image).isPresent());
    return imageStatus(image).orElseThrow();
  }

  /** {@code ImageService.ListImages}. */
  public List<CriImage> listImages() {
    return call("ImageService/ListImages", message()).getField(1).getLengthDelimitedList().stream()
        .map(CriClient::image)
        .toList();
  }

  /** {@code ImageService.ImageStatus}, by a name or an ID. */
  public Optional<CriImage> imageStatus(String image) {
    return call("ImageService/ImageStatus", message(1, message(1, image)))
        .getField(1)
        .getLengthDelimitedList()
        .stream()
        .map(CriClient::image)
        .findFirst();
  }

  /** {@code ImageService.RemoveImage}. */
  public void removeImage(String image) {
    call("ImageService/RemoveImage", message(1, message(1, image)));
  }

  /**
   * {@code RuntimeService.RunPodSandbox}, in the machine's own network.
   *
   * @return the ID of the sandbox
   */
  public String runPodSandbox(String name) {
    UnknownFieldSet metadata =
        UnknownFieldSet.newBuilder()
            .mergeFrom(message(1, name))
            .mergeFrom(message(2, name + "-uid"))
            .mergeFrom(message(3, "default"))
            .build();
    UnknownFieldSet network =
        UnknownFieldSet.newBuilder()
            .addField(1, Field.newBuilder().addVarint(NODE).build())
            .build();
    UnknownFieldSet config =
        UnknownFieldSet.newBuilder()
            .mergeFrom(message(1, metadata))
            .mergeFrom(message(8, message(2, message(1, network))))
            .build();
    return text(call("RuntimeService/RunPodSandbox", message(1, config)), 1).getFirst();
  }

  /** {@code RuntimeService.StopPodSandbox} and {@code RemovePodSandbox}. */
  public void removePodSandbox(String id) {
    call("RuntimeService/StopPodSandbox", message(1, id));
    call("RuntimeService/RemovePodSandbox", message(1, id));
  }

  @Override
  public void close() {
    channel.close();
  }

  private UnknownFieldSet call(String method, UnknownFieldSet request) {
    UnknownFieldSet none = message();
    return ClientCalls.blockingUnaryCall(
        channel,
        MethodDescriptor.newBuilder(
                ProtoLiteUtils.marshaller(none), ProtoLiteUtils.marshaller(none))
            .setType(MethodType.UNARY)
            .setFullMethodName("runtime.v1." + method)
            .build(),
        CallOptions.DEFAULT.withDeadlineAfter(DEADLINE.toSeconds(), TimeUnit.SECONDS),
        request);
  }

  private static CriImage image(ByteString bytes) {
    try {
      UnknownFieldSet image = UnknownFieldSet.parseFrom(bytes);
      return new CriImage(text(image, 1).getFirst(), text(image, 2), text(image, 3));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("The CRI plugin's answer is no message", e);
    }
  }

  private static List<String> text(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList().stream()
        .map(ByteString::toStringUtf8)
        .toList();
  }

  private static UnknownFieldSet message() {
    return UnknownFieldSet.getDefaultInstance();
  }

  private static UnknownFieldSet message(int field, String text) {
    return message(field, ByteString.copyFromUtf8(text));
  }

  private static UnknownFieldSet message(int field, UnknownFieldSet content) {
    return message(field, content.toByteString());
  }

  private static UnknownFieldSet message(int field, ByteString content) {
    return UnknownFieldSet.newBuilder()
        .addField(field, Field.newBuilder().addLengthDelimited(content).build())
        .build();
  }
}
