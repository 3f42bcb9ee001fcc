package io.github.ecrcontainerd.cli.progress;

import io.github.ecrcontainerd.resolver.VisibleText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;

/** Shows warnings only. */
final class QuietView implements View {
  private final PrintWriter out;

  QuietView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Duration period() {
    return Duration.ofDays(1);
  }

  @Override
  public boolean isImmediate() {
    return false;
  }

  @Override
  public void show(List<News> news, Status status, boolean due) {
    for (News each : news) {
      if (each instanceof News.Warning warning) {
        out.println("warning: " + VisibleText.line(warning.text()));
      }
    }
    out.flush();
  }

  @Override
  public void end(List<News> news, Status status, boolean complete) {
    show(news, status, false);
  }
}
