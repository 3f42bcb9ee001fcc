package io.github.ecrcontainerd.cli.timeline;

import io.github.ecrcontainerd.cli.progress.Size;
import io.github.ecrcontainerd.cli.timeline.Span.Kind;
import io.github.ecrcontainerd.resolver.VisibleText;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The page about a pull: its totals, what limited it, and a chart with one time axis. */
final class TimelinePage {
  private static final Set<Kind> OF_REQUESTS = EnumSet.of(Kind.RANGE, Kind.HEDGE, Kind.RETRY);
  private static final int LABEL_WIDTH = 190;
  private static final int CHART_WIDTH = 950;
  private static final int LANE_HEIGHT = 9;
  private static final int GAP = 10;

  /** Room for the last number of the axis. */
  private static final int MARGIN = 40;

  private static final int AXIS_HEIGHT = 24;
  private static final int DIGITS = 12;

  private static final String STYLE =
      """
      :root { color-scheme: light dark; --text: #1c2024; --quiet: #5b6470; --line: #d5dae0; --back: #ffffff;
        --link: #2f74b5; --registry: #a9c9e8; --daemon: #2d8a78; --unpacking: #c07a1c; --rest: #9aa2ab;
        --hedge: #7a57b8; --retry: #c23b3b; }
      @media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --quiet: #9ba5b0; --line: #3a424b;
        --back: #14181c; --link: #5aa0e0; --registry: #35597d; --daemon: #4fb5a0; --unpacking: #e0a04a;
        --rest: #6b747e; --hedge: #a98ae0; --retry: #ee6b6b; } }
      body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back);
        max-width: 1180px; margin: 2em auto; padding: 0 1em; }
      h1 { font-size: 1.3em; overflow-wrap: anywhere; } h2 { font-size: 1.1em; margin-top: 1.8em; }
      table { border-collapse: collapse; } th, td { padding: 2px 1.2em 2px 0; text-align: left; }
      td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
      tr + tr td { border-top: 1px solid var(--line); }
      code { font-family: ui-monospace, monospace; font-size: 0.93em; }
      svg { width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: var(--quiet); }
      .share { display: flex; height: 22px; border-radius: 4px; overflow: hidden; margin: 0.8em 0; }
      .key { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; margin-right: 0.4em; }
      .axis { stroke: var(--line); } .scroll { overflow-x: auto; }
      .LINK { fill: var(--link); background: var(--link); }
      .REGISTRY, .CALL { fill: var(--registry); background: var(--registry); }
      .DAEMON, .INGEST { fill: var(--daemon); background: var(--daemon); }
      .BOTH { background: linear-gradient(var(--daemon) 50%, var(--unpacking) 50%); }
      .UNPACKING, .UNPACK { fill: var(--unpacking); background: var(--unpacking); }
      .REST { fill: var(--rest); background: var(--rest); }
      .HEDGE { fill: var(--hedge); background: var(--hedge); }
      .RETRY, .RENEWAL { fill: var(--retry); background: var(--retry); }
      """;

  private final List<String> images;
  private final Instant start;
  private final Instant end;
  private final List<Span> calls;
  private final Map<String, List<Span>> contents;
  private final Map<Limit, Duration> shares;
  private final StringBuilder page = new StringBuilder();

  private TimelinePage(List<String> images, Instant start, Instant end, List<Span> spans) {
    this.images = images;
    this.start = start;
    this.end = end;
    this.contents =
        spans.stream()
            .filter(span -> span.subject().contains(":"))
            .collect(Collectors.groupingBy(Span::subject, LinkedHashMap::new, Collectors.toList()));
    this.calls = spans.stream().filter(span -> !span.subject().contains(":")).toList();
    this.shares = Limit.shares(spans, start, end);
  }

  /**
   * The page, in HTML.
   *
   * @param images the images that were pulled
   * @param spans the activities between {@code start} and {@code end}, ordered by start
   */
  static String of(List<String> images, Instant start, Instant end, List<Span> spans) {
    return new TimelinePage(images, start, end, spans).write();
  }

  private String write() {
    String title = "Pull of " + String.join(", ", images);
    page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.append("<title>%s</title>\n<style>\n%s</style>\n".formatted(escaped(title), STYLE));
    page.append("</head>\n<body>\n<h1>%s</h1>\n".formatted(escaped(title)));
    writeTotals();
    writeShares();
    writeChart();
    writeLayers();
    return page.append("</body>\n</html>\n").toString();
  }

  private void writeTotals() {
    long bytes = contents.values().stream().mapToLong(TimelinePage::received).sum();
    page.append(
        "<p>%s. <b>%s</b> in %s, from %s: %s by %d requests, %d of them hedges; %d retries, %d URLs renewed.</p>\n"
            .formatted(
                "It waited longest for <b>" + Limit.longest(shares).label() + "</b>",
                Size.of(bytes),
                seconds(Duration.between(start, end)),
                start.truncatedTo(ChronoUnit.SECONDS),
                rate(bytes),
                count(Kind.RANGE) + count(Kind.HEDGE),
                count(Kind.HEDGE),
                count(Kind.RETRY),
                count(Kind.RENEWAL)));
  }

  private String rate(long bytes) {
    long millis = shares.getOrDefault(Limit.LINK, Duration.ZERO).toMillis();
    return millis == 0 ? "" : Size.of(bytes * 1000 / millis) + "/s while bytes were arriving,";
  }

  private long count(Kind kind) {
    return contents.values().stream()
            .flatMap(List::stream)
            .filter(span -> span.kind() == kind)
            .count()
        + calls.stream().filter(span -> span.kind() == kind).count();
  }

  private static long received(List<Span> spans) {
    return spans.stream()
        .filter(span -> span.kind() == Kind.RANGE || span.kind() == Kind.HEDGE)
        .mapToLong(Span::bytes)
        .sum();
  }

  private void writeShares() {
    page.append("<h2>What it waited for</h2>\n<div class=\"share\">");
    shares.forEach(
        (limit, time) ->
            page.append(
                "<div class=\"%s\" style=\"width: %s%%\"></div>".formatted(limit, percent(time))));
    page.append("</div>\n<table>\n");
    shares.forEach(
        (limit, time) ->
            page.append(
                "<tr><td><span class=\"key %s\"></span>%s</td><td class=\"n\">%s</td><td class=\"n\">%s %%</td><td>%s</td></tr>\n"
                    .formatted(
                        limit, limit.label(), seconds(time), percent(time), limit.meaning())));
    page.append("</table>\n");
  }

  private String percent(Duration time) {
    double whole = Math.max(1, Duration.between(start, end).toNanos());
    return String.format(Locale.ROOT, "%.1f", 100 * time.toNanos() / whole);
  }

  private void writeChart() {
    StringBuilder rows = new StringBuilder();
    int y = AXIS_HEIGHT;
    y = writeRow(rows, y, "calls of the API", calls);
    for (Map.Entry<String, List<Span>> content : contents.entrySet()) {
      y = writeRow(rows, y, shortened(content.getKey()), content.getValue());
    }
    page.append("<h2>When</h2>\n<p>");
    key("REGISTRY", "awaiting a first byte, or an answer");
    key("LINK", "bytes arriving");
    key("HEDGE", "hedge");
    key("RETRY", "pause before a retry, or a URL's renewal");
    key("DAEMON", "into containerd");
    key("UNPACKING", "unpacking");
    page.append(
        "</p>\n<div class=\"scroll\"><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"The same over time\">\n"
            .formatted(LABEL_WIDTH + CHART_WIDTH + MARGIN, y));
    writeAxis(y);
    page.append(rows).append("</svg></div>\n");
  }

  private void key(String style, String meaning) {
    page.append("<span class=\"key %s\"></span>%s &nbsp; ".formatted(style, meaning));
  }

  private void writeAxis(int height) {
    double whole = Duration.between(start, end).toNanos() / 1e9;
    double step = Math.pow(10, Math.floor(Math.log10(Math.max(whole, 1e-3))));
    if (whole / step < 3) {
      step /= 5;
    } else if (whole / step < 6) {
      step /= 2;
    }
    for (int i = 0; i * step <= whole; i++) {
      double x = LABEL_WIDTH + CHART_WIDTH * i * step / whole;
      page.append(
          String.format(
              Locale.ROOT,
              "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/><text x=\"%.1f\" y=\"12\">%.6s s</text>%n",
              x,
              x,
              AXIS_HEIGHT - 8,
              height,
              x,
              Double.toString(Math.round(i * step * 1000) / 1000.0)));
    }
  }

  private int writeRow(StringBuilder rows, int top, String label, List<Span> spans) {
    Lanes requests = new Lanes();
    StringBuilder bars = new StringBuilder();
    for (Span span : spans) {
      if (OF_REQUESTS.contains(span.kind()) || span.kind() == Kind.CALL) {
        bar(bars, span, top + requests.place(span) * LANE_HEIGHT);
      }
    }
    int y = top + requests.count() * LANE_HEIGHT;
    for (Kind kind : List.of(Kind.INGEST, Kind.UNPACK)) {
      List<Span> own = spans.stream().filter(span -> span.kind() == kind).toList();
      for (Span span : own) {
        bar(bars, span, y);
      }
      y += own.isEmpty() ? 0 : LANE_HEIGHT;
    }
    for (Span span : spans) {
      if (span.kind() == Kind.RENEWAL) {
        bar(bars, span, top);
      }
    }
    rows.append("<text x=\"0\" y=\"%d\">%s</text>\n".formatted(top + LANE_HEIGHT, escaped(label)));
    rows.append(bars);
    return Math.max(y, top + LANE_HEIGHT) + GAP;
  }

  private void bar(StringBuilder bars, Span span, int y) {
    String words = escaped(words(span));
    if (span.kind() == Kind.RANGE && span.bytes() > 0) {
      rectangle(bars, "REGISTRY", span.start(), span.firstByte(), y, words);
      rectangle(bars, "LINK", span.firstByte(), span.end(), y, words);
    } else {
      String style = span.kind() == Kind.RANGE ? "REGISTRY" : span.kind().name();
      rectangle(bars, style, span.start(), span.end(), y, words);
    }
  }

  private void rectangle(
      StringBuilder bars, String style, Instant from, Instant to, int y, String words) {
    double x = place(from);
    bars.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s</title></rect>%n",
            style,
            x,
            y,
            Math.max(1.0, place(to) - x),
            LANE_HEIGHT - 2,
            words));
  }

  private double place(Instant moment) {
    double whole = Math.max(1, Duration.between(start, end).toNanos());
    double share = Duration.between(start, moment).toNanos() / whole;
    return LABEL_WIDTH + CHART_WIDTH * Math.clamp(share, 0, 1);
  }

  private String words(Span span) {
    String what =
        switch (span.kind()) {
          case CALL -> span.subject();
          case RANGE ->
              "%s, first byte after %s".formatted(Size.of(span.bytes()), seconds(span.waited()));
          case HEDGE -> "hedge, " + Size.of(span.bytes());
          case RETRY -> "retry after a pause";
          case RENEWAL -> "URL renewed";
          case INGEST -> "into containerd";
          case UNPACK -> "unpacking";
        };
    String when =
        "at %s for %s"
            .formatted(seconds(Duration.between(start, span.start())), seconds(span.length()));
    return what + " " + when + (span.note().isEmpty() ? "" : ": " + span.note());
  }

  private void writeLayers() {
    page.append(
        "<h2>Contents</h2>\n<div class=\"scroll\"><table>\n<tr><th>digest</th><th class=\"n\">received</th>");
    page.append(
        "<th class=\"n\">requests</th><th class=\"n\">retries</th><th class=\"n\">into containerd</th>");
    page.append("<th class=\"n\">unpacking</th><th></th></tr>\n");
    contents.forEach(
        (digest, spans) ->
            page.append(
                "<tr><td><code>%s</code></td><td class=\"n\">%s</td><td class=\"n\">%d</td><td class=\"n\">%d</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td>%s</td></tr>\n"
                    .formatted(
                        escaped(shortened(digest)),
                        Size.of(received(spans)),
                        spans.stream()
                            .filter(
                                span ->
                                    OF_REQUESTS.contains(span.kind()) && span.kind() != Kind.RETRY)
                            .count(),
                        spans.stream().filter(span -> span.kind() == Kind.RETRY).count(),
                        total(spans, Kind.INGEST),
                        total(spans, Kind.UNPACK),
                        escaped(notes(spans)))));
    page.append("</table></div>\n");
  }

  private static String total(List<Span> spans, Kind kind) {
    List<Span> own = spans.stream().filter(span -> span.kind() == kind).toList();
    return own.isEmpty()
        ? "–"
        : seconds(own.stream().map(Span::length).reduce(Duration.ZERO, Duration::plus));
  }

  private static String notes(List<Span> spans) {
    return spans.stream()
        .map(Span::note)
        .filter(note -> !note.isEmpty())
        .distinct()
        .limit(3)
        .collect(Collectors.joining("; "));
  }

  private static String shortened(String digest) {
    int algorithm = digest.indexOf(':') + 1;
    return digest.substring(0, Math.min(digest.length(), algorithm + DIGITS));
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.3f s", time.toNanos() / 1e9);
  }

  private static String escaped(String text) {
    return VisibleText.line(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
