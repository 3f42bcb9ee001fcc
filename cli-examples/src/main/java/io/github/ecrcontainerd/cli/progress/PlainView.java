package io.github.ecrcontainerd.cli.progress;

import io.github.ecrcontainerd.resolver.VisibleText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Lines for a log: the image, the end of each transfer, the start and end of unpacking, and the
 * overall progress every ten seconds.
 */
final class PlainView implements View {
  private final PrintWriter out;
  private final Rate rate = new Rate(0, 0);
  private final Set<String> throttled = new HashSet<>();

  PlainView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Duration period() {
    return Duration.ofSeconds(10);
  }

  @Override
  public boolean isImmediate() {
    return true;
  }

  @Override
  public void show(List<News> news, Status status, boolean due) {
    news.forEach(each -> say(each, status.direction()));
    if (due) {
      double perSecond = rate.at(status.nanos(), status.moved());
      out.printf(
          "  %s, %s/s%n", Words.of(status.position(), status.total()), Size.of((long) perSecond));
    }
    out.flush();
  }

  @Override
  public void end(List<News> news, Status status, boolean complete) {
    show(news, status, false);
    if (complete) {
      out.println(Words.summary(status));
      out.flush();
    }
  }

  private void say(News news, Direction direction) {
    switch (news) {
      case News.Resolved image -> out.println(VisibleText.line(image.name()));
      case News.Warning warning -> out.println("warning: " + VisibleText.line(warning.text()));
      case News.Note note -> out.println("note: " + VisibleText.line(note.text()));
      case News.Planned plan ->
          out.printf("  %d contents, %s%n", plan.contents(), Size.of(plan.bytes()));
      case News.Throttling throttling -> {
        if (throttled.add(throttling.operation())) {
          out.println(Words.throttling(throttling));
        }
      }
      case News.Retry retry ->
          out.printf(
              Locale.ROOT,
              "  %-8s %s  retrying in %.1f s: %s%n",
              retry.item().kind(),
              retry.item().shortDigest(),
              retry.pause().toMillis() / 1e3,
              VisibleText.line(retry.reason()));
      case News.Hedge _, News.UrlRenewal _ -> {}
      case News.Changed changed -> {
        Item item = changed.item();
        // The line for the end of a transfer suffices.
        if (item.state().isOver() || item.state() == State.UNPACKING) {
          out.printf(
              "  %-8s %s  %10s  %s%n",
              item.kind(),
              item.shortDigest(),
              Size.of(item.size()),
              item.state() == State.UNPACKED ? "unpacked" : item.state().word(direction));
        }
      }
    }
  }
}
