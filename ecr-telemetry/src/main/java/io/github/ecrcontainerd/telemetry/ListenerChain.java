package io.github.ecrcontainerd.telemetry;

import io.github.ecrcontainerd.containerd.ContentListener;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PushListener;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Resolution;
import java.time.Duration;
import java.util.List;

/** Passes each call to an observer, then to the listener of the caller's options. */
final class ListenerChain implements PullListener, PushListener {
  private final OperationObserver observer;
  private final ContentListener callers;

  /** The caller's listener, or one that does nothing where the operation is no pull. */
  private final PullListener callersOfPull;

  ListenerChain(OperationObserver observer, ContentListener callers) {
    this.observer = observer;
    this.callers = callers;
    this.callersOfPull = callers instanceof PullListener pull ? pull : new PullListener() {};
  }

  @Override
  public void resolved(Resolution image) {
    observer.resolved(image);
    callersOfPull.resolved(image);
  }

  @Override
  public void warning(String message) {
    observer.warning(message);
    callersOfPull.warning(message);
  }

  @Override
  public void unpacking(Descriptor layer) {
    observer.unpacking(layer);
    callersOfPull.unpacking(layer);
  }

  @Override
  public void leftToTheDaemon(Descriptor layer, String reason) {
    observer.leftToTheDaemon(layer, reason);
    callersOfPull.leftToTheDaemon(layer, reason);
  }

  @Override
  public void allLeftToTheDaemon(String reason) {
    observer.allLeftToTheDaemon(reason);
    callersOfPull.allLeftToTheDaemon(reason);
  }

  @Override
  public void unpacked(Descriptor layer) {
    observer.unpacked(layer);
    callersOfPull.unpacked(layer);
  }

  @Override
  public void planned(List<Descriptor> contents) {
    observer.planned(contents);
    callers.planned(contents);
  }

  @Override
  public void alreadyThere(Descriptor content) {
    observer.alreadyThere(content);
    callers.alreadyThere(content);
  }

  @Override
  public void started(Descriptor content, long offset) {
    observer.started(content, offset);
    callers.started(content, offset);
  }

  @Override
  public void transferred(Descriptor content, long bytes) {
    observer.transferred(content, bytes);
    callers.transferred(content, bytes);
  }

  @Override
  public void retrying(Descriptor content, String reason, Duration pause) {
    observer.retrying(content, reason, pause);
    callers.retrying(content, reason, pause);
  }

  @Override
  public void hedged(Descriptor content) {
    observer.hedged(content);
    callers.hedged(content);
  }

  @Override
  public void urlRenewed(Descriptor content) {
    observer.urlRenewed(content);
    callers.urlRenewed(content);
  }

  @Override
  public void throttled(String operation, Duration pause) {
    observer.throttled(operation, pause);
    callers.throttled(operation, pause);
  }

  @Override
  public void completed(Descriptor content) {
    observer.completed(content);
    callers.completed(content);
  }

  @Override
  public void failed(Descriptor content, Throwable cause) {
    observer.failed(content, cause);
    callers.failed(content, cause);
  }
}
