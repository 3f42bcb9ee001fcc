package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.util.concurrent.CancellationException;

/**
 * Reports one transfer to a listener, and its end only once. If the listener throws, the transfer
 * ends, as {@link TransferListener} specifies. For one thread at a time.
 */
final class ObservedTransfer {
  private final TransferListener listener;
  private final Descriptor content;
  private boolean ended;

  /** A step of the transfer that may fail. */
  interface Step<T> {
    T run() throws InterruptedException;
  }

  private ObservedTransfer(TransferListener listener, Descriptor content) {
    this.listener = listener;
    this.content = content;
  }

  static ObservedTransfer begin(TransferListener listener, Descriptor content, long offset) {
    ObservedTransfer transfer = new ObservedTransfer(listener, content);
    transfer.tell(() -> listener.started(content, offset));
    return transfer;
  }

  /** Runs one step. If the step fails, the transfer fails. */
  <T> T attempt(Step<T> step) throws InterruptedException {
    try {
      return step.run();
    } catch (RuntimeException | InterruptedException e) {
      failed(e);
      throw e;
    }
  }

  void moved(long bytes) {
    if (!ended && bytes > 0) {
      tell(() -> listener.transferred(content, bytes));
    }
  }

  void completed() {
    if (!ended) {
      ended = true;
      listener.completed(content);
    }
  }

  /**
   * Reports a failure unless the transfer has ended. If the listener throws here, the caller of
   * {@code close} gets the exception.
   */
  void closed() {
    if (!ended) {
      ended = true;
      listener.failed(content, new CancellationException("closed before its end"));
    }
  }

  private void tell(Runnable news) {
    try {
      news.run();
    } catch (RuntimeException e) {
      failed(e);
      throw e;
    }
  }

  private void failed(Throwable cause) {
    if (!ended) {
      ended = true;
      try {
        listener.failed(content, cause);
      } catch (RuntimeException e) {
        if (!e.equals(cause)) {
          cause.addSuppressed(e);
        }
      }
    }
  }
}
