package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.VisibleText;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr rm}. */
final class RemoveCommand {
  private final Options options =
      Options.of(
          "rm",
          this::remove,
          "Removes names of images from containerd. What no name keeps any more, containerd"
              + " collects.");
  private final Supplier<List<String>> names =
      options.someParameters("NAME", "an image, as ecr ls lists it, or as it was pulled");
  private final BooleanSupplier wait =
      options.flag("--wait", "return after unreferenced content has been removed");
  private final DaemonOptions daemon = new DaemonOptions(options);

  private RemoveCommand() {}

  static CommandSpec command() {
    return new RemoveCommand().options.command();
  }

  private int remove() throws InterruptedException {
    int status = 0;
    try (ContainerdClient containerd = daemon.connect()) {
      for (String name : names.get()) {
        try {
          remove(containerd, ImageName.find(containerd, name));
        } catch (ImageException e) {
          options.complain(String.valueOf(e.getMessage()));
          status = 1;
        }
      }
    }
    return status;
  }

  private void remove(ContainerdClient containerd, Image image) throws InterruptedException {
    var _ =
        wait.getAsBoolean()
            ? containerd.images().deleteAndCollect(image.name())
            : containerd.images().delete(image.name());
    options.out().printf("removed %s%n", VisibleText.line(image.name()));
    String others =
        containerd.images().list("target.digest==" + image.target().digest()).stream()
            .map(Image::name)
            .map(VisibleText::line)
            .collect(Collectors.joining(", "));
    if (!others.isEmpty()) {
      options.err().printf("note: it is still kept as %s%n", others);
      options.err().flush();
    }
  }
}
