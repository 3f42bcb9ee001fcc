package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr run}. */
final class RunCommand {
  // The same as those of docker run.
  private static final int FAILED = 125;
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;

  /** runc's message for a program that it can't start: {@code exec: "NAME": REASON}. */
  private static final Pattern NO_START =
      Pattern.compile("exec: \"[^\"]*\": (?<reason>.*)", Pattern.DOTALL);

  private static final Pattern MISSING =
      Pattern.compile("executable file not found|no such file or directory");

  private final Options options =
      Options.of(
              "run",
              this::run,
              "Runs a container from an image that was pulled, and exits as it does.")
          .failingWith(FAILED, exitCodes());
  private final Supplier<String> reference =
      options.parameter("REF", "the image, as it was pulled");
  private final Supplier<List<String>> arguments =
      options.otherParameters("ARG", "instead of the image's own arguments");
  private final Supplier<Optional<Platform>> platform =
      options.value(
          "--platform",
          "OS/ARCH",
          Platform::parse,
          "which of an index's images (default: this machine's, or the only one that was pulled)");
  private final Supplier<Optional<String>> user =
      options.value(
          "-u --user",
          "USER",
          String.class,
          "user[:group], by name or number (default: the image's)");
  private final DaemonOptions daemon = new DaemonOptions(options);
  private final Supplier<Optional<String>> snapshotter = DaemonOptions.snapshotter(options);

  private RunCommand() {}

  static CommandSpec command() {
    CommandSpec command = new RunCommand().options.command();
    // Everything after the image belongs to the container, including dashes.
    command.parser().stopAtPositional(true);
    return command;
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("125", "failed, before a program ran");
    codes.put("126", "the program can't be run");
    codes.put("127", "there is no such program");
    codes.put("2", "usage");
    codes.put("129, 130, 143", "ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM");
    codes.put("others", "those of the program, 0 for done");
    return codes;
  }

  private int run() throws InterruptedException {
    try (ContainerdClient containerd = daemon.connect()) {
      Image image = ImageName.find(containerd, reference.get());
      RunOptions.Builder run = RunOptions.builder().args(arguments.get());
      platform.get().ifPresent(run::platform);
      user.get().ifPresent(run::user);
      snapshotter.get().ifPresent(run::snapshotter);
      return containerd.run(image, run.build()).code();
    } catch (ContainerdException e) {
      Matcher told = NO_START.matcher(String.valueOf(e.getMessage()));
      if (!told.find()) {
        throw e;
      }
      boolean isMissing = MISSING.matcher(told.group("reason")).find();
      throw new ExitException(isMissing ? NOT_FOUND : NOT_EXECUTABLE, e);
    }
  }
}
