package io.github.ecrcontainerd.cli.progress;

import io.github.ecrcontainerd.resolver.VisibleText;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Where the command line's text leaves the program. Much of it is from outside: names, tags, what a
 * registry or a daemon says. Control characters other than line feeds and tabs become visible
 * ({@link VisibleText}), because a terminal would obey them.
 */
public final class Console extends PrintWriter {
  private final PrintWriter target;

  /**
   * A writer that has no buffer of its own.
   *
   * @param target gets the safe text
   */
  public Console(PrintWriter target) {
    super(new VisibleWriter(target), true);
    this.target = target;
  }

  /**
   * Writes control sequences of this program.
   *
   * @param frame in which all text from outside is visible already
   */
  void draw(String frame) {
    target.print(frame);
    target.flush();
  }

  /**
   * A stream for what prints without this class: loggers, and the JVM for exceptions that nobody
   * caught. Bytes pass unchanged, so a container's output is as it was.
   */
  public static PrintStream over(PrintStream target) {
    return new VisibleStream(target);
  }

  private static final class VisibleWriter extends Writer {
    private final PrintWriter target;

    VisibleWriter(PrintWriter target) {
      this.target = target;
    }

    @Override
    public void write(char[] text, int offset, int length) {
      target.print(VisibleText.of(new String(text, offset, length)));
    }

    @Override
    public void flush() throws IOException {
      if (target.checkError()) {
        throw new IOException("it can't be written");
      }
    }

    @Override
    public void close() {
      target.close();
    }
  }

  /** {@code println}, {@code printf} and {@code printStackTrace} all call these methods. */
  private static final class VisibleStream extends PrintStream {

    VisibleStream(PrintStream target) {
      super(target, true, target.charset());
    }

    @Override
    public void print(char text) {
      print(String.valueOf(text));
    }

    @Override
    public void print(char[] text) {
      print(String.valueOf(text));
    }

    @Override
    public void print(Object object) {
      print(String.valueOf(object));
    }

    @Override
    public void print(String text) {
      super.print(VisibleText.of(String.valueOf(text)));
    }
  }
}
