package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr run}. */
final class RunCommand {
  private final Options options =
      Options.of(
          "run",
          this::run,
          "Runs a container from an image that was pulled, and exits as it does.");
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

  private RunCommand() {}

  static CommandSpec command() {
    CommandSpec command = new RunCommand().options.command();
    // What follows the image is the container's, dashes and all.
    command.parser().stopAtPositional(true);
    return command;
  }

  private int run() throws InterruptedException {
    try (ContainerdClient containerd = daemon.connect()) {
      Image image =
          containerd
              .images()
              .get(ImageName.of(reference.get()))
              .orElseThrow(
                  () ->
                      new ImageException(
                          ImageException.Code.INCOMPLETE,
                          "containerd has no image %s: pull it first".formatted(reference.get())));
      RunOptions.Builder run = RunOptions.builder().args(arguments.get());
      platform.get().ifPresent(run::platform);
      user.get().ifPresent(run::user);
      daemon.snapshotter().ifPresent(run::snapshotter);
      return containerd.run(image, run.build()).code();
    }
  }
}
