package io.github.ecrcontainerd.containerd;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A JVM of its own for {@link ClientProgram}, with other flags than that of the tests. */
final class ChildJvm {
  private static final long SECONDS = 60;

  /** What it wrote to its standard output and its standard error. */
  record Ended(String out, String err) {}

  private final List<String> flags;
  private String classPath = System.getProperty("java.class.path");

  ChildJvm(String... flags) {
    this.flags = List.of(flags);
  }

  ChildJvm withoutJnr() {
    classPath =
        Arrays.stream(classPath.split(File.pathSeparator, -1))
            .filter(jar -> !jar.contains("/com/github/jnr/"))
            .collect(Collectors.joining(File.pathSeparator));
    return this;
  }

  Ended run(Path directory, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath, ClientProgram.class.getName()));
    command.addAll(List.of(arguments));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError("The JVM failed: " + Files.readString(err));
      }
      return new Ended(Files.readString(out), Files.readString(err));
    } finally {
      process.destroyForcibly();
    }
  }
}
