package io.github.ecrcontainerd.cli.progress;

import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PushListener;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Shows a pull, push or copy. The threads of the transfer only record events. A separate thread
 * shows them, so that a stopped terminal doesn't stop the transfer.
 */
public final class Progress implements PullListener, PushListener, AutoCloseable {
  private final Direction direction;
  private final View view;
  private final boolean inFull;
  private final long began = System.nanoTime();
  private final Thread painter;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Digest, Entry> entries = new LinkedHashMap<>();
  private List<News> news = new ArrayList<>();
  private long moved;
  private boolean complete;
  private boolean closed;

  /** A layer may be unpacked while it is transferred, so it has two states. */
  private static final class Entry {
    final Descriptor content;
    State transfer = State.WAITING;
    State unpacking = State.WAITING;
    long position;

    Entry(Descriptor content) {
      this.content = content;
    }

    Item item() {
      boolean transferTells =
          !transfer.isOver()
              || unpacking == State.WAITING
              || (transfer == State.EXISTS && unpacking == State.UNPACKED);
      return new Item(content, transferTells ? transfer : unpacking, position);
    }
  }

  /**
   * Begins to show a transfer.
   *
   * @param inFull whether to include details that only help to find out why a pull is slow
   */
  Progress(Direction direction, View view, boolean inFull) {
    this.direction = direction;
    this.view = view;
    this.inFull = inFull;
    // A virtual thread would pin its carrier while the terminal accepts no output.
    this.painter = Thread.ofPlatform().daemon().name("progress").start(this::paint);
  }

  @Override
  public void resolved(Resolution image) {
    tell(new News.Resolved(image.name()));
  }

  @Override
  public void planned(List<Descriptor> contents) {
    locked(
        () -> {
          contents.forEach(this::entry);
          add(
              new News.Planned(
                  contents.size(), contents.stream().mapToLong(Descriptor::size).sum()));
        });
  }

  @Override
  public void warning(String message) {
    tell(new News.Warning(message));
  }

  @Override
  public void alreadyThere(Descriptor content) {
    change(content, State.EXISTS, content.size());
  }

  @Override
  public void started(Descriptor content, long offset) {
    change(content, offset == 0 ? State.GOING : State.RESUMING, offset);
  }

  @Override
  public void transferred(Descriptor content, long bytes) {
    lock.lock();
    try {
      Entry entry = entry(content);
      entry.position += bytes;
      if (entry.transfer == State.RETRYING) {
        entry.transfer = State.GOING;
      }
      moved += bytes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void completed(Descriptor content) {
    change(content, State.TRANSFERRED, content.size());
  }

  @Override
  public void failed(Descriptor content, Throwable cause) {
    locked(() -> change(entry(content), State.FAILED));
  }

  @Override
  public void unpacking(Descriptor layer) {
    unpacking(layer, State.UNPACKING);
  }

  @Override
  public void unpacked(Descriptor layer) {
    unpacking(layer, State.UNPACKED);
  }

  @Override
  public void leftToTheDaemon(Descriptor layer, String reason) {
    tell(new News.Note("the daemon unpacks %s: %s".formatted(layer.digest(), reason)));
  }

  @Override
  public void allLeftToTheDaemon(String reason) {
    if (inFull) {
      tell(new News.Note("the daemon unpacks all layers: " + reason));
    }
  }

  /** The transfer waits before it begins. */
  public void waiting(String reason) {
    tell(new News.Note(reason));
  }

  /** A listener for the resolver's events, which add to those of the image. */
  public TransferListener ofRegistry() {
    return new TransferListener() {
      @Override
      public void retrying(Descriptor content, String reason, Duration pause) {
        locked(
            () -> {
              Entry entry = entry(content);
              if (entry.transfer.isMoving()) {
                entry.transfer = State.RETRYING;
              }
              add(new News.Retry(entry.item(), reason, pause));
            });
      }

      @Override
      public void hedged(Descriptor content) {
        locked(() -> add(new News.Hedge(entry(content).item())));
      }

      @Override
      public void urlRenewed(Descriptor content) {
        locked(() -> add(new News.UrlRenewal(entry(content).item())));
      }

      @Override
      public void throttled(String operation, Duration pause) {
        tell(new News.Throttling(operation, pause));
      }
    };
  }

  private void change(Descriptor content, State state, long position) {
    locked(
        () -> {
          Entry entry = entry(content);
          entry.position = position;
          change(entry, state);
        });
  }

  private void change(Entry entry, State state) {
    entry.transfer = state;
    add(new News.Changed(entry.item()));
  }

  private void unpacking(Descriptor layer, State state) {
    locked(
        () -> {
          Entry entry = entry(layer);
          entry.unpacking = state;
          add(new News.Changed(new Item(layer, state, entry.position)));
        });
  }

  private void tell(News told) {
    locked(() -> add(told));
  }

  private void add(News told) {
    news.add(told);
    if (view.isImmediate()) {
      changed.signal();
    }
  }

  private Entry entry(Descriptor content) {
    return entries.computeIfAbsent(content.digest(), digest -> new Entry(content));
  }

  private void locked(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }

  private void paint() {
    long period = view.period().toNanos();
    long due = System.nanoTime() + period;
    boolean goesOn = true;
    while (goesOn) {
      List<News> taken;
      Status status;
      long now;
      lock.lock();
      try {
        now = System.nanoTime();
        while (!closed && now < due && (news.isEmpty() || !view.isImmediate())) {
          var _ = changed.awaitNanos(due - now);
          now = System.nanoTime();
        }
        goesOn = !closed;
        taken = news;
        news = new ArrayList<>();
        status = status();
      } catch (InterruptedException e) {
        return;
      } finally {
        lock.unlock();
      }
      if (goesOn) {
        view.show(taken, status, now >= due);
      } else {
        view.end(taken, status, complete);
      }
      if (now >= due) {
        due = now + period;
      }
    }
  }

  private Status status() {
    List<Item> items = entries.values().stream().map(Entry::item).toList();
    return new Status(direction, items, moved, System.nanoTime() - began);
  }

  /** Everything is done: the last output stays on the screen. */
  public void complete() {
    locked(() -> complete = true);
  }

  /** Shows the end, and waits until it is shown. */
  @Override
  public void close() {
    locked(
        () -> {
          closed = true;
          changed.signal();
        });
    boolean interrupted = false;
    while (painter.isAlive()) {
      try {
        painter.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
