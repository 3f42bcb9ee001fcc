package io.github.ecrcontainerd.it.daemon;

import java.nio.file.Path;
import java.util.List;

/**
 * How a containerd of the tests is run: what differs between one place where it can be and another.
 */
interface Daemon {

  /** Its tool, where {@link Containerd#run} looks for it. */
  String ctr();

  /**
   * Starts it, or starts it again, and waits until it serves.
   *
   * @param configuration its configuration file
   * @throws AssertionError if it doesn't start; the message holds what it said
   */
  void start(Path configuration);

  /** Whether it runs: it may also have ended by itself. */
  boolean isRunning();

  /**
   * Its process, by the number that this machine gives it.
   *
   * @throws AssertionError if it isn't running
   */
  long pid();

  /** What it has written so far. */
  String log();

  /**
   * Ends it, and waits for that. Its containers go on.
   *
   * @param forcibly by SIGKILL instead of SIGTERM
   * @throws AssertionError if it isn't running, or can't be killed
   */
  void end(boolean forcibly);

  /**
   * Ends it, where it runs, and removes what it was run by.
   *
   * @return what could not be removed
   */
  List<String> remove();
}
