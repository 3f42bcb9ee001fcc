package io.github.ecrcontainerd.containerd.internal.service;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.internal.proto.content.ContentGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteContentRequest;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteContentResponse;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.internal.rpc.SendWindow;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One call of Content.Write, with the messages that the daemon has not answered yet. */
final class WriteStream {
  private static final long SETTLE_SECONDS = 5;

  private final Rpc rpc;
  private final String ref;
  private final ClientCall<WriteContentRequest, WriteContentResponse> call;
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** The lengths of the messages that the daemon has not answered, oldest first. */
  private final ArrayDeque<Integer> unanswered = new ArrayDeque<>();

  private final SendWindow window;
  private final int place;
  private boolean cancelled;
  private @Nullable WriteContentResponse lastAnswer;
  private @Nullable Status end;

  WriteStream(Rpc rpc, String ref) {
    this.rpc = rpc;
    this.window = rpc.sendWindow();
    this.place = window.newPlace();
    this.ref = ref;
    this.call = rpc.open(ContentGrpc.getWriteMethod());
    call.start(new Listener(), new Metadata());
    call.request(Integer.MAX_VALUE);
  }

  /**
   * Sends a message, once the send window and the daemon's flow control allow it. When this
   * returns, the bytes are sent and the caller may reuse their buffer. This holds only after the
   * first answer; before that, gRPC may queue messages.
   */
  void send(WriteContentRequest message, Duration patience) throws InterruptedException {
    int length = message.getData().size();
    if (!window.acquire(place, length, patience)) {
      throw noAnswer(patience);
    }
    lock.lock();
    try {
      await(call::isReady, patience);
      unanswered.add(length);
    } catch (ContainerdException | InterruptedException e) {
      window.release(length);
      throw e;
    } finally {
      lock.unlock();
    }
    call.sendMessage(message);
  }

  /** Waits until everything is answered, and returns the last answer. */
  WriteContentResponse awaitAnswers(Duration patience) throws InterruptedException {
    await(unanswered::isEmpty, patience);
    return Objects.requireNonNull(lastAnswer);
  }

  private void await(BooleanSupplier reached, Duration patience) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = patience.toNanos();
      while (end == null && !reached.getAsBoolean()) {
        if (left <= 0) {
          throw noAnswer(patience);
        }
        left = changed.awaitNanos(left);
      }
      if (end != null && !end.isOk()) {
        throw failed(end);
      }
      if (!reached.getAsBoolean()) {
        throw new ContainerdException(
            Code.INTERNAL, "Content.Write", ref, "containerd ended the stream too early", null);
      }
    } finally {
      lock.unlock();
    }
  }

  private ContainerdException noAnswer(Duration patience) {
    return failed(
        Status.DEADLINE_EXCEEDED.withDescription("no answer for " + patience.toSeconds() + " s"));
  }

  private ContainerdException failed(Status status) {
    return rpc.error(status, ContentGrpc.getWriteMethod(), ref, status.asRuntimeException());
  }

  /**
   * Waits until the daemon has written the sent bytes, ended the call and released the ref. Cancels
   * the call if that takes longer than some seconds.
   */
  void settle() throws InterruptedException {
    if (!cancelled) {
      call.halfClose();
      if (!endsWithin(SETTLE_SECONDS)) {
        cancel();
      }
    }
  }

  /** Cancels the call. The daemon may hold the ref a little longer. */
  void cancel() {
    cancelled = true;
    call.cancel("given up", null);
  }

  private boolean endsWithin(long seconds) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = TimeUnit.SECONDS.toNanos(seconds);
      while (end == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      return end != null;
    } finally {
      lock.unlock();
    }
  }

  private final class Listener extends ClientCall.Listener<WriteContentResponse> {
    @Override
    public void onMessage(WriteContentResponse message) {
      change(
          () -> {
            Integer length = unanswered.poll();
            window.release(length == null ? 0 : length);
            lastAnswer = message;
          });
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      change(
          () -> {
            end = status;
            unanswered.forEach(window::release);
            unanswered.clear();
          });
    }

    @Override
    public void onReady() {
      change(() -> {});
    }

    private void change(Runnable change) {
      lock.lock();
      try {
        change.run();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
