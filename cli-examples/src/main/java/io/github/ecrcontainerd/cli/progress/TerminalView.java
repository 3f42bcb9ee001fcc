package io.github.ecrcontainerd.cli.progress;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.VisibleText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One line for each manifest and blob in transfer and a total, redrawn in place ten times a second.
 * If they don't all fit, the finished ones and the waiting ones are folded into one line each. The
 * lines are cleared if the transfer fails.
 */
final class TerminalView implements View {
  private static final String CLEAR_LINE = "\u001b[2K";
  private static final String CLEAR_BELOW = "\u001b[J";

  /** More lines would be hard to follow. */
  private static final int MOST_LINES = 20;

  /** The lines for the total, the finished and the waiting contents, and the cursor. */
  private static final int OTHER_LINES = 4;

  /** The least columns for a bar and a rate. The next constant is for the kind and the bytes. */
  private static final int WITH_BAR = 78;

  private static final int WITH_BYTES = 56;

  /** The columns of a line with a bar, except the bar. */
  private static final int BESIDE_BAR = 71;

  private static final int WIDEST_BAR = 40;
  private static final int SMALLEST_RATE = 1;

  private final Console out;
  private final Supplier<TerminalSize> terminal;
  private final Map<Digest, Rate> rates = new HashMap<>();
  private final Rate all = new Rate(0, 0);
  private final Set<String> throttled = new HashSet<>();
  private int drawn;

  /**
   * Makes a view that has drawn nothing.
   *
   * @param terminal supplies its size, which may change
   */
  TerminalView(Console out, Supplier<TerminalSize> terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public Duration period() {
    return Duration.ofMillis(100);
  }

  @Override
  public boolean isImmediate() {
    return false;
  }

  @Override
  public void show(List<News> news, Status status, boolean due) {
    draw(said(news), block(status, terminal.get()));
  }

  @Override
  public void end(List<News> news, Status status, boolean complete) {
    List<String> last = new ArrayList<>();
    if (complete) {
      last.addAll(block(status, terminal.get()));
      last.removeLast();
      last.add(Words.summary(status));
    }
    draw(said(news), last);
    drawn = 0;
  }

  private List<String> said(List<News> news) {
    List<String> lines = new ArrayList<>();
    for (News each : news) {
      switch (each) {
        case News.Resolved image -> lines.add(image.name());
        case News.Warning warning -> lines.add("warning: " + warning.text());
        case News.Note note -> lines.add("note: " + note.text());
        case News.Throttling throttling -> {
          if (throttled.add(throttling.operation())) {
            lines.add(Words.throttling(throttling));
          }
        }
        // The redrawn lines show these, or they needn't be shown.
        case News.Planned _, News.Changed _, News.Retry _, News.Hedge _, News.UrlRenewal _ -> {}
      }
    }
    return lines;
  }

  /** Draws lines that stay, and below them the lines that are redrawn. */
  private void draw(List<String> stay, List<String> block) {
    StringBuilder frame = new StringBuilder();
    if (drawn > 0) {
      frame.append("\u001b[").append(drawn).append('A');
    }
    if (!stay.isEmpty()) {
      // A line that stays may be wider than the terminal.
      frame.append(CLEAR_BELOW);
      stay.forEach(line -> frame.append(VisibleText.line(line)).append('\n'));
    }
    for (String line : block) {
      frame.append(CLEAR_LINE).append(VisibleText.line(line)).append('\n');
    }
    if (stay.size() + block.size() < drawn) {
      frame.append(CLEAR_BELOW);
    }
    drawn = block.size();
    out.draw(frame.toString());
  }

  private List<String> block(Status status, TerminalSize size) {
    int most = Math.clamp(size.rows() - OTHER_LINES, 1, MOST_LINES);
    List<Item> items = status.items();
    List<String> lines = new ArrayList<>();
    if (items.size() <= most) {
      items.forEach(item -> lines.add(line(item, status, size.columns())));
    } else {
      addFolded(status, size.columns(), most, lines);
    }
    lines.add(cut(total(status, size.columns()), size.columns()));
    return lines;
  }

  private void addFolded(Status status, int columns, int most, List<String> lines) {
    List<Item> over = status.items().stream().filter(item -> item.state().isOver()).toList();
    List<Item> waiting =
        status.items().stream().filter(item -> item.state() == State.WAITING).toList();
    List<Item> active = new ArrayList<>(status.items());
    active.removeAll(over);
    active.removeAll(waiting);
    if (!over.isEmpty()) {
      lines.add(cut("  %d done, %s".formatted(over.size(), Words.bytes(over)), columns));
    }
    // The newest ones are in transfer.
    List<Item> shown = active.subList(Math.max(0, active.size() - most), active.size());
    shown.forEach(item -> lines.add(line(item, status, columns)));
    if (!waiting.isEmpty()) {
      lines.add(cut("  %d waiting, %s".formatted(waiting.size(), Words.bytes(waiting)), columns));
    }
  }

  private String line(Item item, Status status, int columns) {
    String state = item.state().word(status.direction());
    if (columns < WITH_BYTES) {
      String digest = columns < 32 ? item.shortDigest().substring(0, 6) : item.shortDigest();
      return cut("%s %3d%% %s".formatted(digest, percent(item), state), columns);
    }
    String head = "  %-8s %s".formatted(item.kind(), item.shortDigest());
    String bytes = "%17s".formatted(Words.of(item.position(), item.size()));
    if (columns < WITH_BAR) {
      return cut("%s %s  %s".formatted(head, bytes, state), columns);
    }
    String rate = "%12s".formatted(item.state().isMoving() ? rate(item, status) : "");
    int bar = Math.min(WIDEST_BAR, columns - BESIDE_BAR);
    return cut(
        "%s %s %s %s  %s"
            .formatted(head, bar(item.position(), item.size(), bar), bytes, rate, state),
        columns);
  }

  private String rate(Item item, Status status) {
    double rate =
        rates
            .computeIfAbsent(
                item.content().digest(), digest -> new Rate(status.nanos(), item.position()))
            .at(status.nanos(), item.position());
    return rate < SMALLEST_RATE ? "" : Size.of((long) rate) + "/s";
  }

  private String total(Status status, int columns) {
    double rate = all.at(status.nanos(), status.moved());
    long left = status.total() - status.position();
    String bytes = Words.of(status.position(), status.total());
    String speed = rate < SMALLEST_RATE ? "" : "  %s/s".formatted(Size.of((long) rate));
    // The documents come first and are small: they don't show the speed of layers.
    boolean isKnown = left > 0 && status.moved() > status.total() / 100 && rate >= SMALLEST_RATE;
    String time = isKnown ? "  %s left".formatted(Words.time(left / rate)) : "";
    if (columns < WITH_BYTES) {
      return "%3d%% %s%s".formatted(percent(status.position(), status.total()), bytes, time);
    }
    return "  %-8s %s%s%s".formatted("total", bytes, speed, time);
  }

  private static int percent(Item item) {
    return percent(item.position(), item.size());
  }

  private static int percent(long position, long size) {
    return size == 0 ? 100 : Math.clamp(position * 100 / size, 0, 100);
  }

  private static String bar(long position, long size, int width) {
    int full = size == 0 ? width : Math.clamp(position * width / size, 0, width);
    return String.format(Locale.ROOT, "[%s%s]", "#".repeat(full), ".".repeat(width - full));
  }

  /** A line wider than the terminal would wrap, and couldn't be redrawn in place. */
  private static String cut(String line, int columns) {
    return line.length() < columns ? line : line.substring(0, Math.max(0, columns - 1));
  }
}
