package io.github.ecrcontainerd.cli.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where control characters end; HostileTextIT has a real terminal. */
class ConsoleTest {
  private final StringWriter written = new StringWriter();
  private final Console console = new Console(new PrintWriter(written));

  @Test
  void showsControlCharactersHoweverTheyArePrinted() {
    console.print("\u001b[1m");
    console.printf("%s%n", "\r");
    console.println('\u009b');
    console.append("\u202e");
    new IOException("\u0007").printStackTrace(console);
    console.flush();
    assertThat(written.toString())
        .startsWith("\\u001b[1m\\u000d\n\\u009b\n\\u202ejava.io.IOException: \\u0007\n\tat ");
  }

  @Test
  void drawsWhatThisProgramDraws() {
    console.draw("\u001b[2K");
    assertThat(written.toString()).isEqualTo("\u001b[2K");
  }

  @Test
  void aLineInTheProgressCanNotDraw() {
    TerminalView view = new TerminalView(console, () -> new TerminalSize(24, 80));
    view.end(
        List.of(new News.Warning("\u001b]2;title\u0007\nwarning: other")),
        new Status(Direction.PULL, List.of(), 0, 1),
        false);
    assertThat(written.toString()).contains("warning: \\u001b]2;title\\u0007 warning: other\n");
  }

  @Test
  void aStreamShowsTextAndPassesBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream stream = Console.over(new PrintStream(bytes, true, UTF_8))) {
      stream.println("\u001b");
      stream.printf("%s", "\u009b");
      stream.print('\r');
      stream.print(new char[] {'\u007f'});
      new IOException("\u0007").printStackTrace(stream);
      assertThat(bytes.toString(UTF_8))
          .startsWith("\\u001b\n\\u009b\\u000d\\u007fjava.io.IOException: \\u0007\n");
      bytes.reset();
      byte[] output = {27, '[', (byte) 0x9b, 0, 13, (byte) 0xc2, (byte) 0x9b};
      stream.write(output, 0, output.length);
      assertThat(bytes.toByteArray()).isEqualTo(output);
    }
  }
}
