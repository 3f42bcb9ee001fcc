package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.util.concurrent.CancellationException;

/** Tells a listener of one transfer, and of its end only once. For one thread at a time. */
final class HeardTransfer {
  private final TransferListener listener;
  private final Descriptor content;
  private boolean ended;

  /** A call of the registry or the way to it. */
  interface Step<T> {
    T run() throws InterruptedException;
  }

  private HeardTransfer(TransferListener listener, Descriptor content) {
    this.listener = listener;
    this.content = content;
  }

  static HeardTransfer begin(TransferListener listener, Descriptor content, long offset) {
    HeardTransfer transfer = new HeardTransfer(listener, content);
    listener.started(content, offset);
    return transfer;
  }

  /** Does a part of it: the transfer fails where that fails. */
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
      listener.transferred(content, bytes);
    }
  }

  void completed() {
    if (!ended) {
      ended = true;
      listener.completed(content);
    }
  }

  /** It failed, unless it had ended before. */
  void closed() {
    failed(new CancellationException("closed before its end"));
  }

  private void failed(Throwable cause) {
    if (!ended) {
      ended = true;
      listener.failed(content, cause);
    }
  }
}
