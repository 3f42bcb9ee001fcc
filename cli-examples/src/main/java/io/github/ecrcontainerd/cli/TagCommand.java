package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.image.Image;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr tag}. */
final class TagCommand {
  private final Options options =
      Options.of("tag", this::tag, "Keeps an image in containerd under a further name.");
  private final Supplier<String> source =
      options.parameter("IMAGE", "as ecr ls lists it, or as it was pulled");
  private final Supplier<String> name = options.parameter("NAME", "any name; it is kept as it is");
  private final BooleanSupplier force =
      options.flag("-f --force", "take the name from another image that has it");
  private final DaemonOptions daemon = new DaemonOptions(options);

  private TagCommand() {}

  static CommandSpec command() {
    return new TagCommand().options.command();
  }

  private int tag() throws InterruptedException {
    try (ContainerdClient containerd = daemon.connect()) {
      Image image = ImageName.find(containerd, source.get());
      Image tagged =
          force.getAsBoolean()
              ? containerd.images().put(name.get(), image.target(), image.labels())
              : create(containerd, image);
      options.out().printf("%s %s%n", tagged.name(), tagged.target().digest());
      return 0;
    }
  }

  private Image create(ContainerdClient containerd, Image image) throws InterruptedException {
    try {
      return containerd.images().create(name.get(), image.target(), image.labels());
    } catch (ContainerdException e) {
      if (e.code() != ContainerdException.Code.ALREADY_EXISTS) {
        throw e;
      }
      throw new IllegalStateException(
          "containerd has an image %s already: --force gives the name to this one"
              .formatted(name.get()),
          e);
    }
  }
}
