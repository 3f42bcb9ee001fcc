package io.github.ecrcontainerd.it.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The application as users start it. */
final class Launcher {
  /** The flags of bin/ecr, but for its AOT cache, which is of another class path than ours. */
  static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xms24m",
          "-Xmn16m",
          "-XX:SurvivorRatio=2",
          "-Xmx80m",
          "-XX:CompileThresholdScaling=4",
          "-XX:CompileCommand=quiet",
          "-XX:CompileCommand=CompileThresholdScaling,"
              + "sun.security.provider.DigestBase::implCompressMultiBlock0,0.1",
          "-XX:CompileCommand=CompileThresholdScaling,java.util.Base64$Encoder::*,0.1",
          "-XX:-UsePerfData");

  private Launcher() {}

  /** {@code bin/ecr} with these arguments, on the daemon of a stage and the link's ecr-local. */
  static Program ecr(Stage stage, Link link, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(repository().resolve("bin/ecr").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("--address", stage.daemon().socket().toString()));
    command.addAll(List.of("--endpoint-url", stage.registries().endpoint(link).toString()));
    Program ecr = new Program(command);
    return link.isOverTls() ? ecr.trusting(stage.registries().authority()) : ecr;
  }

  /** The checkout, which {@code bin/bench} names. */
  static Path repository() {
    return Path.of(System.getProperty("bench.repository", "..")).toAbsolutePath().normalize();
  }
}
