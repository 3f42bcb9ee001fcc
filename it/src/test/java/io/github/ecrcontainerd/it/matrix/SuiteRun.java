package io.github.ecrcontainerd.it.matrix;

import io.github.ecrcontainerd.it.support.Certificate;
import io.github.ecrcontainerd.it.support.Proc;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * A {@link Suite} in its own JVM, with its own temporary directory, so that two at a time don't
 * interfere. The caller closes it. If it is closed while it runs, the JVM ends as by Ctrl-C, with
 * its daemons.
 */
final class SuiteRun implements AutoCloseable {
  private static final Path PROC = Path.of("/proc");

  /** Every system has it. Without it, a JVM couldn't name files whose names are not ASCII. */
  private static final String LOCALE = "C.UTF-8";

  /** The longest time for all tests: {@code -Dit.deadline=MINUTES} for longer ones. */
  private static final Duration DEADLINE = Duration.ofMinutes(Long.getLong("it.deadline", 40));

  /** System properties that begin so are for the tests, and passed on. */
  private static final String OF_THE_TESTS = "it.";

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /**
   * Ten times the usual number of calls before a method is compiled by the optimizing compiler:
   * most code of a test doesn't run long enough for that to pay. Compilers used 99 s of the 153 s
   * of CPU of LayerFaultsIT; with these options it takes 124 s.
   */
  private static final List<String> LATE_OPTIMIZATION =
      List.of(
          "-XX:Tier4InvocationThreshold=50000",
          "-XX:Tier4MinInvocationThreshold=6000",
          "-XX:Tier4CompileThreshold=150000",
          "-XX:Tier4BackEdgeThreshold=400000");

  private final Path log;
  private final Path temporary;
  private final Process process;
  private boolean closed;

  /**
   * Starts the JVM.
   *
   * @param classes the classes to run; if empty, all
   * @param overTls whether every Amazon ECR of the tests speaks TLS
   * @param log the file for its output
   */
  SuiteRun(TestGroup tests, List<String> classes, boolean overTls, Path log) {
    this.log = log;
    try {
      // A short path, because it will have sockets. Others can enter it if they know the path: some
      // tests run programs as other users.
      this.temporary = Files.createTempDirectory("it");
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(
          List.of(
              "--enable-native-access=ALL-UNNAMED",
              "-XX:-UsePerfData",
              "-Djava.io.tmpdir=" + temporary));
      command.addAll(LATE_OPTIMIZATION);
      System.getProperties().stringPropertyNames().stream()
          .filter(name -> name.startsWith(OF_THE_TESTS))
          .forEach(name -> command.add("-D%s=%s".formatted(name, System.getProperty(name))));
      command.addAll(List.of("-Dit.containerd=" + tests.daemon().programs()));
      Optional.ofNullable(System.getenv("IT_DOCKER_BASE"))
          .ifPresent(base -> command.add("-Decrcontainerd.testing.base=" + base));
      Optional<Certificate> certificate =
          overTls
              ? Optional.of(Certificate.make(temporary, 2, "localhost", "127.0.0.1"))
              : Optional.empty();
      certificate.ifPresent(
          made -> command.add("-D%s=%s".formatted(Certificate.PROPERTY, made.file())));
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Suite.class.getName()));
      command.add(tests.tags());
      command.addAll(classes);
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
      builder.environment().put("LC_ALL", LOCALE);
      certificate.ifPresent(
          made -> builder.environment().put("SSL_CERT_FILE", made.file().toString()));
      this.process = builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile())).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits for the results.
   *
   * @param each receives each result as soon as it is there, on another thread
   * @throws IllegalStateException if not all tests have run to their end; the message says why
   */
  void await(Consumer<ClassResult> each) throws InterruptedException {
    // A virtual thread would pin its carrier while it reads a pipe: on two cores, two such threads
    // stop all virtual threads.
    Thread reader = Thread.ofPlatform().daemon().name("results").start(() -> read(each));
    if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "still running after %d minutes: %s".formatted(DEADLINE.toMinutes(), log));
    }
    reader.join();
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          "the JVM ended with status %d: %s".formatted(process.exitValue(), log));
    }
  }

  private void read(Consumer<ClassResult> each) {
    JsonMapper json = JsonMapper.builder().build();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        each.accept(json.readValue(line, ClassResult.class));
      }
    } catch (IOException e) {
      // The JVM has ended: await() reports that.
    }
  }

  /** Ends the JVM if it still runs, and removes its files. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try {
      killWhatItStarted();
      delete(temporary);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Kills the commands that tests were running: the end of a JVM doesn't end them. They have lost
   * their parent, but the temporary directory is on their command lines.
   */
  private void killWhatItStarted() throws IOException {
    List<ProcessHandle> killed = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path started : processes) {
        if (Proc.read(started.resolve("cmdline")).orElse("").contains(temporary.toString())) {
          ProcessHandle.of(Long.parseLong(started.getFileName().toString())).ifPresent(killed::add);
        }
      }
    }
    killed.forEach(ProcessHandle::destroyForcibly);
    killed.forEach(
        handle -> handle.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
  }

  private static void delete(Path directory) throws IOException {
    String mounts = Files.readString(Path.of("/proc/self/mountinfo"));
    // Never delete through a mount: the files there are not ours.
    if (mounts.contains(" " + directory + "/")) {
      throw new IOException("something is still mounted below " + directory);
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    }
  }
}
