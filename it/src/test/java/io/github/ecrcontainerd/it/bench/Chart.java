package io.github.ecrcontainerd.it.bench;

import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars in groups, as an SVG of a few KB that reads on light and dark pages, with the
 * reader's own font.
 *
 * @param title what it shows
 * @param unit of the values
 * @param groups from top to bottom
 */
record Chart(String title, String unit, List<Group> groups) {
  private static final int WIDTH = 900;
  private static final int LEFT = 390;
  private static final int RIGHT = 80;
  private static final int TOP = 34;
  private static final int BAR = 18;
  private static final int GAP = 6;
  private static final int GROUP_GAP = 16;

  /** Bars that are to be compared. */
  record Group(String title, List<Bar> bars) {}

  /**
   * A bar.
   *
   * @param ours whether it is in the colour of this project
   */
  record Bar(String label, double value, boolean ours) {}

  String toSvg() {
    double largest =
        groups.stream()
            .flatMap(group -> group.bars().stream())
            .mapToDouble(Bar::value)
            .max()
            .orElse(1);
    StringBuilder bars = new StringBuilder();
    int y = TOP;
    for (Group group : groups) {
      y += GROUP_GAP;
      text(bars, "g", 0, y, "start", group.title());
      y += GAP;
      for (Bar bar : group.bars()) {
        int width = (int) Math.round(bar.value() / largest * (WIDTH - LEFT - RIGHT));
        text(bars, "t", LEFT - 8, y + BAR - 5, "end", bar.label());
        bars.append(
            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\"/>\n"
                .formatted(bar.ours() ? "o" : "b", LEFT, y, Math.max(width, 1), BAR));
        text(bars, "t", LEFT + width + 6, y + BAR - 5, "start", value(bar.value()));
        y += BAR + GAP;
      }
    }
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">
        <style>
        text{font:13px system-ui,sans-serif;fill:#1f2328}.h{font-size:16px;font-weight:600}.g{font-weight:600}
        .o{fill:#1a7f5a}.b{fill:#8c959f}
        @media (prefers-color-scheme:dark){text{fill:#e6edf3}.o{fill:#3fb983}.b{fill:#6e7681}}
        </style>
        """
            .formatted(WIDTH, y + GAP, escaped(title)));
    text(svg, "h", 0, 20, "start", title);
    return svg.append(bars).append("</svg>\n").toString();
  }

  private String value(double value) {
    return String.format(
        Locale.ROOT, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, unit);
  }

  private static void text(
      StringBuilder svg, String style, int x, int y, String anchor, String text) {
    svg.append(
        "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n"
            .formatted(style, x, y, anchor, escaped(text)));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
