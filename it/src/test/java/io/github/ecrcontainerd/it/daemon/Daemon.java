package io.github.ecrcontainerd.it.daemon;

import java.nio.file.Path;
import java.util.List;

/** How a containerd of the tests is run: the differences between a process and a container. */
interface Daemon {

  /** The path of its tool, as {@link Containerd#run} sees it. */
  String ctr();

  /**
   * Starts or restarts it, and waits until it serves.
   *
   * @param configuration its configuration file
   * @throws AssertionError if it doesn't start; the message holds its output
   */
  void start(Path configuration);

  /** Whether it runs: it may also have ended by itself. */
  boolean isRunning();

  /**
   * Its process ID on this machine.
   *
   * @throws AssertionError if it isn't running
   */
  long pid();

  /** What it has written so far. */
  String log();

  /**
   * Ends it, and waits for its end. Its containers keep running.
   *
   * @param forcibly by SIGKILL instead of SIGTERM
   * @throws AssertionError if it isn't running, or can't be killed
   */
  void end(boolean forcibly);

  /**
   * Ends it, if it runs, and removes what ran it.
   *
   * @return what could not be removed
   */
  List<String> remove();
}
