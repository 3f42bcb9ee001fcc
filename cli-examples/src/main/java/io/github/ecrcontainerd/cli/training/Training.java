package io.github.ecrcontainerd.cli.training;

import io.github.ecrcontainerd.local.EcrLocal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs a command of the {@code ecr} application through a whole pull that needs nothing from this
 * machine: the registry is an {@link EcrLocal}, the daemon a {@link StandInDaemon}, and this
 * program makes the image. The command is a separate process, so it loads exactly what a pull
 * loads. The command's JVM flags say what its JVM records.
 */
public final class Training {
  private static final long LONGEST_SECONDS = 120;

  private Training() {}

  /**
   * Runs the command, and exits with its status.
   *
   * @param command the command line, to which a user's arguments are appended
   */
  public static void main(String... command) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("ecr-training");
    // Runs at every exit, including Ctrl-C.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(directory)));
    System.exit(run(directory, Arrays.asList(command)));
  }

  private static int run(Path directory, List<String> command)
      throws IOException, InterruptedException {
    Path registry = Files.createDirectory(directory.resolve("registry"));
    TrainingImage image =
        TrainingImage.write(Files.createDirectory(registry.resolve("app")), "latest");
    Path socket = directory.resolve("c.sock");
    try (EcrLocal ecr = EcrLocal.builder().directory(registry).start();
        StandInDaemon daemon = StandInDaemon.listen(socket, image)) {
      List<String> line = new ArrayList<>(command);
      line.addAll(List.of("pull", "--endpoint-url", ecr.endpoint().toString()));
      line.addAll(List.of("--address", daemon.socket().toString()));
      line.add("ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:latest");
      return end(start(directory, line));
    }
  }

  /** Credentials come from a file, as most users have them. */
  private static Process start(Path directory, List<String> line) throws IOException {
    Path credentials =
        Files.writeString(
            directory.resolve("credentials"),
            "[default]\naws_access_key_id = training\naws_secret_access_key = training\n");
    Path config = Files.writeString(directory.resolve("config"), "[default]\nregion = us-west-2\n");
    ProcessBuilder process =
        new ProcessBuilder(line).redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
    process.environment().clear();
    process.environment().put("AWS_SHARED_CREDENTIALS_FILE", credentials.toString());
    process.environment().put("AWS_CONFIG_FILE", config.toString());
    process.environment().put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    return process.start();
  }

  private static int end(Process process) throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("the command did not end within %d s".formatted(LONGEST_SECONDS));
    }
    return process.exitValue();
  }

  /** Ends the command, and the process that makes the cache for it, with this process. */
  private static void cleanUp(Path directory) {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
