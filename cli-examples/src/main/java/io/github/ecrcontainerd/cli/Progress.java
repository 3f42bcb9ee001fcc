package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PushListener;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaKind;
import io.github.ecrcontainerd.resolver.Resolution;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Shows a pull, push or copy. On a terminal: a line for each manifest and blob that grows with it,
 * drawn ten times a second. Elsewhere: a line for each when it is done.
 *
 * <p>The threads of the transfer only note what they are told; one thread of its own draws.
 */
final class Progress implements PullListener, PushListener, AutoCloseable {
  private static final long FRAME_NANOS = Duration.ofMillis(100).toNanos();
  private static final int BAR = 24;
  private static final int MOST_LINES = 20;

  /** What is shown, and the words for it. */
  enum Direction {
    PULL("pulling", "pulled"),
    PUSH("pushing", "pushed"),
    COPY("copying", "copied");

    private final String going;
    private final String done;

    Direction(String going, String done) {
      this.going = going;
      this.done = done;
    }
  }

  private final Direction direction;
  private final PrintWriter out;
  private final boolean terminal;
  private final long began = System.nanoTime();
  private final Map<Digest, Item> items = new LinkedHashMap<>();
  private final Thread painter;
  private long transferred;
  private boolean closed;
  private int drawn;

  private static final class Item {
    final Descriptor content;
    String state = "waiting";
    long bytes;

    Item(Descriptor content) {
      this.content = content;
    }
  }

  private Progress(Direction direction, PrintWriter out, boolean terminal) {
    this.direction = direction;
    this.out = out;
    this.terminal = terminal;
    this.painter = Thread.ofVirtual().name("progress").unstarted(this::paint);
  }

  /** Begins to show a transfer. */
  // Error Prone knows the JDKs 22 to 24, where there was always a console; 25 has none elsewhere.
  @SuppressWarnings("SystemConsoleNull")
  static Progress of(Direction direction, PrintWriter out) {
    Console console = System.console();
    boolean terminal = console != null && console.isTerminal();
    Progress progress = new Progress(direction, out, terminal);
    if (terminal) {
      progress.painter.start();
    }
    return progress;
  }

  @Override
  public void resolved(Resolution image) {
    out.println(image.name());
    out.flush();
  }

  @Override
  public synchronized void warning(String message) {
    out.println("warning: " + message);
    out.flush();
    drawn = 0;
  }

  @Override
  public void alreadyThere(Descriptor content) {
    note(content, "already there", content.size());
  }

  @Override
  public void started(Descriptor content, long offset) {
    note(content, offset == 0 ? direction.going : "resuming", offset);
  }

  @Override
  public synchronized void transferred(Descriptor content, long bytes) {
    item(content).bytes += bytes;
    transferred += bytes;
  }

  @Override
  public void completed(Descriptor content) {
    note(content, direction.done, content.size());
  }

  @Override
  public void failed(Descriptor content, Throwable cause) {
    note(content, "failed", -1);
  }

  @Override
  public void unpacking(Descriptor layer) {
    note(layer, "unpacking", layer.size());
  }

  @Override
  public synchronized void leftToTheDaemon(Descriptor layer, String reason) {
    out.println("note: the daemon unpacks %s: %s".formatted(layer.digest(), reason));
  }

  /** For who looks for the reason of a slow pull: nothing is wrong. */
  @Override
  public synchronized void allLeftToTheDaemon(String reason) {
    if (Debug.isOn()) {
      out.println("note: the daemon unpacks all layers: " + reason);
    }
  }

  @Override
  public void unpacked(Descriptor layer) {
    note(layer, "unpacked", layer.size());
  }

  /** The bytes that travelled, also those of what failed; none of what was there before. */
  private synchronized long transferred() {
    return transferred;
  }

  private synchronized void note(Descriptor content, String state, long bytes) {
    Item item = item(content);
    item.state = state;
    if (bytes >= 0) {
      item.bytes = bytes;
    }
    if (!terminal && (state.equals(direction.done) || state.equals("already there"))) {
      out.println(line(item));
      out.flush();
    }
  }

  private Item item(Descriptor content) {
    return items.computeIfAbsent(content.digest(), digest -> new Item(content));
  }

  private void paint() {
    while (!isClosed()) {
      draw();
      LockSupport.parkNanos(FRAME_NANOS);
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void draw() {
    StringBuilder frame = new StringBuilder();
    if (drawn > 0) {
      frame.append("\u001b[").append(drawn).append('A');
    }
    drawn = 0;
    int hidden = Math.max(0, items.size() - MOST_LINES);
    for (Item item : items.values().stream().skip(hidden).toList()) {
      frame.append("\u001b[2K").append(line(item)).append('\n');
      drawn++;
    }
    out.print(frame);
    out.flush();
  }

  private static String line(Item item) {
    long size = item.content.size();
    int full = size == 0 ? BAR : (int) Math.min(BAR, item.bytes * BAR / size);
    return String.format(
        Locale.ROOT,
        "  %-8s %s  %s  %10s  %s",
        MediaKind.of(item.content).noun(),
        item.content.digest().hex().substring(0, 12),
        "#".repeat(full) + ".".repeat(BAR - full),
        Size.of(size),
        item.state);
  }

  /** Draws the last state and says what it took. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    if (terminal) {
      LockSupport.unpark(painter);
      draw();
    }
    out.printf(
        Locale.ROOT, "  %s in %.1f s%n", Size.of(transferred()), (System.nanoTime() - began) / 1e9);
    out.flush();
  }
}
