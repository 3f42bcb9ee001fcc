package io.github.ecrcontainerd.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the screen of a terminal shows; ProgressIT has a real one. */
class TerminalViewTest {
  private static final long MIB = 1 << 20;

  private final StringWriter written = new StringWriter();

  @ParameterizedTest
  @ValueSource(ints = {10, 20, 40, 55, 56, 77, 78, 80, 120, 200})
  void neverFillsALineNorMoreRowsThanThereAre(int columns) {
    for (int layers : new int[] {1, 12, 200}) {
      TerminalView view = view(12, columns);
      view.show(List.of(), status(layers, 1), true);
      view.show(List.of(), status(layers, 2), true);

      List<String> screen = screen();
      assertThat(screen).as("%d layers", layers).hasSizeLessThan(12);
      assertThat(screen).allSatisfy(line -> assertThat(line.length()).isLessThan(columns));
      written.getBuffer().setLength(0);
    }
  }

  @Test
  void showsForEachLayerBarBytesRateAndState() {
    TerminalView view = view(24, 80);
    view.show(List.of(), status(3, 2), true);
    view.show(List.of(), later(status(3, 2)), true);

    assertThat(screen())
        .anySatisfy(
            line ->
                assertThat(line)
                    .matches(
                        "  layer    [0-9a-f]{12} \\[#+\\.+\\] +\\d+\\.\\d/64\\.0 MiB +\\d+\\.\\d MiB/s  downloading"))
        .anySatisfy(line -> assertThat(line).endsWith("waiting"))
        .last()
        .asString()
        .matches("  total    \\d+\\.\\d/192\\.0 MiB  \\d+\\.\\d MiB/s  0:\\d\\d left");
  }

  @Test
  void foldsWhatIsDoneAndWhatWaitsWhereThereIsTooMuch() {
    TerminalView view = view(24, 80);
    view.show(List.of(), status(200, 90), true);

    assertThat(screen().getFirst()).isEqualTo("  89 done, 5.6 GiB");
    assertThat(screen()).anyMatch(line -> line.equals("  110 waiting, 6.9 GiB"));
    assertThat(screen()).hasSize(4);
  }

  @Test
  void leavesNothingIfTheTransferFailsButWhatWasSaid() {
    TerminalView view = view(24, 80);
    view.show(List.of(new News.Resolved("name")), status(5, 1), true);
    view.show(List.of(new News.Warning("beware")), status(5, 2), true);
    view.end(List.of(), status(5, 3), false);

    assertThat(screen()).containsExactly("name", "warning: beware");
  }

  @Test
  void leavesTheLastStateAndWhatItTook() {
    TerminalView view = view(24, 80);
    view.show(List.of(), status(2, 1), true);
    view.end(List.of(), status(2, 3), true);

    assertThat(screen()).hasSize(3).last().asString().matches("  128\\.0 MiB in 3\\.0 s");
    assertThat(screen().subList(0, 2)).allMatch(line -> line.endsWith("pulled"));
  }

  private TerminalView view(int rows, int columns) {
    return new TerminalView(
        new Console(new PrintWriter(written)), () -> new TerminalSize(rows, columns));
  }

  /**
   * Layers of 64 MiB that come one after the other.
   *
   * @param second from 1 on: in each of them one layer comes, of which a half is there
   */
  private static Status status(int layers, int second) {
    List<Item> items = new ArrayList<>();
    for (int layer = 1; layer <= layers; layer++) {
      long size = 64 * MIB;
      Descriptor content =
          Descriptor.of(
              MediaTypes.OCI_LAYER_GZIP,
              Digest.sha256(("layer" + layer).getBytes(StandardCharsets.UTF_8)),
              size);
      items.add(
          layer < second
              ? new Item(content, State.TRANSFERRED, size)
              : layer == second
                  ? new Item(content, State.GOING, size / 2 + second * MIB)
                  : new Item(content, State.WAITING, 0));
    }
    long moved = items.stream().mapToLong(Item::position).sum();
    return new Status(Direction.PULL, items, moved, second * 1_000_000_000L);
  }

  /** Half a second later, when 4 MiB more have come. */
  private static Status later(Status status) {
    List<Item> items =
        status.items().stream()
            .map(
                item ->
                    item.state() == State.GOING
                        ? new Item(item.content(), State.GOING, item.position() + 4 * MIB)
                        : item)
            .toList();
    return new Status(
        status.direction(), items, status.moved() + 4 * MIB, status.nanos() + 500_000_000L);
  }

  /** What a terminal makes of it that knows the three sequences which are used. */
  private List<String> screen() {
    List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
    int row = 0;
    String text = written.toString();
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '\n') {
        row++;
        if (row == lines.size()) {
          lines.add(new StringBuilder());
        }
      } else if (c == '\u001b') {
        int end = at + 2;
        while (Character.isDigit(text.charAt(end))) {
          end++;
        }
        String number = text.substring(at + 2, end);
        switch (text.charAt(end)) {
          case 'A' -> row -= Integer.parseInt(number);
          case 'K' -> lines.set(row, new StringBuilder());
          case 'J' -> lines.subList(row, lines.size()).replaceAll(line -> new StringBuilder());
          default -> throw new AssertionError("a sequence that is not known");
        }
        at = end;
      } else {
        lines.get(row).append(c);
      }
    }
    return lines.stream().map(StringBuilder::toString).filter(line -> !line.isEmpty()).toList();
  }
}
