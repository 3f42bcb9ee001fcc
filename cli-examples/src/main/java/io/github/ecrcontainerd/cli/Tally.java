package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Progress;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PushListener;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaKind;
import io.github.ecrcontainerd.resolver.Resolution;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what the transfer of one image moves, and forwards all events. */
final class Tally implements PullListener, PushListener {
  private final Progress progress;
  private final long began = System.nanoTime();
  private final AtomicLong layers = new AtomicLong();
  private final AtomicLong transferred = new AtomicLong();
  private final AtomicLong present = new AtomicLong();

  Tally(Progress progress) {
    this.progress = progress;
  }

  /** The counts, for JSON. */
  Map<String, Object> result() {
    Map<String, Object> result = Results.object("layers", layers.get());
    result.put("bytesTransferred", transferred.get());
    result.put("bytesPresent", present.get());
    result.put("seconds", Duration.ofNanos(System.nanoTime() - began).toMillis() / 1e3);
    return result;
  }

  @Override
  public void resolved(Resolution image) {
    progress.resolved(image);
  }

  @Override
  public void planned(List<Descriptor> contents) {
    layers.set(
        contents.stream().filter(content -> MediaKind.of(content) == MediaKind.LAYER).count());
    progress.planned(contents);
  }

  @Override
  public void warning(String message) {
    progress.warning(message);
  }

  @Override
  public void alreadyThere(Descriptor content) {
    present.addAndGet(content.size());
    progress.alreadyThere(content);
  }

  @Override
  public void started(Descriptor content, long offset) {
    present.addAndGet(offset);
    progress.started(content, offset);
  }

  @Override
  public void transferred(Descriptor content, long bytes) {
    transferred.addAndGet(bytes);
    progress.transferred(content, bytes);
  }

  @Override
  public void completed(Descriptor content) {
    progress.completed(content);
  }

  @Override
  public void failed(Descriptor content, Throwable cause) {
    progress.failed(content, cause);
  }

  @Override
  public void unpacking(Descriptor layer) {
    progress.unpacking(layer);
  }

  @Override
  public void leftToTheDaemon(Descriptor layer, String reason) {
    progress.leftToTheDaemon(layer, reason);
  }

  @Override
  public void allLeftToTheDaemon(String reason) {
    progress.allLeftToTheDaemon(reason);
  }

  @Override
  public void unpacked(Descriptor layer) {
    progress.unpacked(layer);
  }
}
