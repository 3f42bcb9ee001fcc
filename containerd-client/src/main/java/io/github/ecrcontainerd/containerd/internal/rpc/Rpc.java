package io.github.ecrcontainerd.containerd.internal.rpc;

import com.google.protobuf.MessageLite;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Calls to the daemon in one namespace, with one deadline, and under one lease or none. Immutable.
 */
public final class Rpc {

  /**
   * The deadline for work whose duration depends on the content's size: unpack, sync, garbage
   * collection. It only matters for a daemon that is stuck; a lost connection fails the call at
   * once.
   */
  private static final Duration LONG_WORK = Duration.ofHours(1);

  private static final Metadata.Key<String> NAMESPACE =
      Metadata.Key.of("containerd-namespace", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> LEASE =
      Metadata.Key.of("containerd-lease", Metadata.ASCII_STRING_MARSHALLER);

  /** Room for four messages of an ingest: docs/architecture.md, "Transport". */
  private static final int UNANSWERED_BYTES = 4 << 20;

  /** The lists of a daemon with 100,000 blobs have half of it. They are held in memory. */
  private static final long LARGEST_LIST = 64 << 20;

  /** What a message needs in memory at least, so that empty ones count, too. */
  private static final int MESSAGE_BYTES = 64;

  private final Channel channel;
  private final String address;
  private final Duration deadline;
  private final SendWindow sendWindow;

  private Rpc(Channel channel, String address, Duration deadline, SendWindow sendWindow) {
    this.channel = channel;
    this.address = address;
    this.deadline = deadline;
    this.sendWindow = sendWindow;
  }

  /**
   * Returns calls in one namespace, without a lease.
   *
   * @param address the daemon's address, for messages
   * @param deadline the deadline of each unary call
   */
  public static Rpc of(Channel channel, String address, String namespace, Duration deadline) {
    return new Rpc(
        withHeader(channel, NAMESPACE, namespace),
        address,
        deadline,
        new SendWindow(UNANSWERED_BYTES));
  }

  public Rpc withLease(String id) {
    return new Rpc(withHeader(channel, LEASE, id), address, deadline, sendWindow);
  }

  /** Returns the same calls with a longer deadline, for work that may take long. */
  public Rpc patient() {
    Duration longer = deadline.compareTo(LONG_WORK) > 0 ? deadline : LONG_WORK;
    return new Rpc(channel, address, longer, sendWindow);
  }

  private static Channel withHeader(Channel channel, Metadata.Key<String> key, String value) {
    Metadata headers = new Metadata();
    headers.put(key, value);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** The deadline of a unary call, and of the first answer of a stream. */
  public Duration deadline() {
    return deadline;
  }

  /**
   * The deadline of each further message of a stream: twice as long, because the disk may be busy.
   */
  public Duration streamDeadline() {
    return deadline.multipliedBy(2);
  }

  /** The send window that all streams of the connection share. */
  public SendWindow sendWindow() {
    return sendWindow;
  }

  /** Opens a call without a deadline, for a stream. */
  public <Q, R> ClientCall<Q, R> open(MethodDescriptor<Q, R> method) {
    return channel.newCall(method, CallOptions.DEFAULT);
  }

  /**
   * Calls a method and waits for the answer.
   *
   * @param object the object of the call, for messages
   */
  public <Q, R> R call(MethodDescriptor<Q, R> method, Q request, String object)
      throws InterruptedException {
    return call(method, request, object, withDeadline());
  }

  /** Calls a method without a deadline. */
  public <Q, R> R callWithoutDeadline(MethodDescriptor<Q, R> method, Q request, String object)
      throws InterruptedException {
    return call(method, request, object, CallOptions.DEFAULT);
  }

  private <Q, R> R call(
      MethodDescriptor<Q, R> method, Q request, String object, CallOptions options)
      throws InterruptedException {
    return ask(
        method, object, () -> ClientCalls.blockingUnaryCall(channel, method, options, request));
  }

  /**
   * Runs a call, and retries it once after a broken connection if the method is defined as safe,
   * that is, changes nothing: the daemon may have been restarted. Both attempts share the call's
   * deadline.
   */
  private <T> T ask(MethodDescriptor<?, ?> method, String object, Supplier<T> call)
      throws InterruptedException {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      if (!method.isSafe() || !Failures.isBrokenConnection(e.getStatus())) {
        throw failed(e, method, object);
      }
    }
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw failed(e, method, object);
    }
  }

  /** Calls a method; empty if the daemon doesn't find the object. */
  public <Q, R> Optional<R> find(MethodDescriptor<Q, R> method, Q request, String object)
      throws InterruptedException {
    try {
      return Optional.of(call(method, request, object));
    } catch (ContainerdException e) {
      if (e.code() == Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Calls a method that removes an object. Returns whether the daemon found it. */
  public <Q, R> boolean remove(MethodDescriptor<Q, R> method, Q request, String object)
      throws InterruptedException {
    return find(method, request, object).isPresent();
  }

  /**
   * Calls a streaming method and collects all answers.
   *
   * @throws ContainerdException with {@link Code#RESOURCE_EXHAUSTED} if they have more than 64 MiB
   */
  public <Q, R extends MessageLite> List<R> collect(
      MethodDescriptor<Q, R> method, Q request, String object) throws InterruptedException {
    CallOptions options = withDeadline();
    return ask(
        method,
        object,
        () -> {
          Context.CancellableContext whole = Context.current().withCancellation();
          Context before = whole.attach();
          try {
            return bounded(
                ClientCalls.blockingServerStreamingCall(channel, method, options, request),
                method,
                object);
          } finally {
            whole.detach(before);
            // Ends a call that goes on.
            whole.cancel(null);
          }
        });
  }

  private static <R extends MessageLite> List<R> bounded(
      Iterator<R> arriving, MethodDescriptor<?, R> method, String object) {
    List<R> answers = new ArrayList<>();
    long bytes = 0;
    while (arriving.hasNext()) {
      R answer = arriving.next();
      bytes += answer.getSerializedSize() + MESSAGE_BYTES;
      if (bytes > LARGEST_LIST) {
        throw new ContainerdException(
            Code.RESOURCE_EXHAUSTED,
            Failures.nameOf(method),
            object,
            "the list has more than %d MiB".formatted(LARGEST_LIST >> 20),
            null);
      }
      answers.add(answer);
    }
    return answers;
  }

  private CallOptions withDeadline() {
    return CallOptions.DEFAULT.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * gRPC reports an interrupt as a cancelled call, and sets the thread's interrupt status again.
   */
  private ContainerdException failed(
      StatusRuntimeException e, MethodDescriptor<?, ?> method, String object)
      throws InterruptedException {
    if (Thread.interrupted()) {
      InterruptedException interrupted = new InterruptedException();
      interrupted.initCause(e);
      throw interrupted;
    }
    return error(e.getStatus(), method, object, e);
  }

  /** Converts a failed call's status to an exception. */
  public ContainerdException error(
      Status status, MethodDescriptor<?, ?> method, String object, Throwable cause) {
    return Failures.of(status, Failures.nameOf(method), object, address, cause);
  }
}
