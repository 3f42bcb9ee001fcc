package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ecr run}. */
@Command(
    name = "run",
    sortOptions = false,
    description = "Runs a container from an image that was pulled, and exits as it does.")
final class RunCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "REF", description = "the image, as it was pulled")
  String reference = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARG",
      description = "instead of the image's own arguments")
  List<String> arguments = new ArrayList<>();

  @Option(
      names = "--platform",
      paramLabel = "OS/ARCH",
      converter = PlatformConverter.class,
      description =
          "which of an index's images (default: this machine's, or the only one that was pulled)")
  Optional<Platform> platform = Optional.empty();

  @Option(
      names = {"-u", "--user"},
      paramLabel = "USER",
      description = "user[:group], by name or number (default: the image's)")
  Optional<String> user = Optional.empty();

  @Mixin DaemonOptions daemon = new DaemonOptions();

  @Override
  public Integer call() throws InterruptedException {
    try (ContainerdClient containerd = daemon.connect()) {
      Image image =
          containerd
              .images()
              .get(ImageName.of(reference))
              .orElseThrow(
                  () ->
                      new ImageException(
                          ImageException.Code.INCOMPLETE,
                          "containerd has no image %s: pull it first".formatted(reference)));
      RunOptions.Builder options = RunOptions.builder().args(arguments);
      platform.ifPresent(options::platform);
      user.ifPresent(options::user);
      daemon.snapshotter().ifPresent(options::snapshotter);
      return containerd.run(image, options.build()).code();
    }
  }
}
