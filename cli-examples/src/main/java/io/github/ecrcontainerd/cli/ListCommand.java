package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.resolver.VisibleText;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr ls}. */
final class ListCommand {
  private final Options options = Options.of("ls", this::list, "Lists the images in containerd.");
  private final BooleanSupplier quiet = options.flag("-q --quiet", "print only the names");
  private final Results results = new Results(options);
  private final DaemonOptions daemon = new DaemonOptions(options);

  private ListCommand() {}

  static CommandSpec command() {
    return new ListCommand().options.command();
  }

  private int list() throws InterruptedException {
    try (ContainerdClient containerd = daemon.connect()) {
      List<Image> images =
          containerd.images().list().stream().sorted(Comparator.comparing(Image::name)).toList();
      if (results.areJson()) {
        results.print(images.stream().map(ListCommand::object).toList());
      } else if (quiet.getAsBoolean()) {
        images.forEach(image -> options.out().println(VisibleText.line(image.name())));
      } else {
        print(images);
      }
      return 0;
    }
  }

  private static Map<String, Object> object(Image image) {
    Map<String, Object> object = Results.object("name", image.name());
    object.put("target", DescriptorObject.of(image.target()));
    object.put("labels", image.labels());
    object.put("createdAt", image.createdAt().toString());
    object.put("updatedAt", image.updatedAt().toString());
    return object;
  }

  /** The digest comes first, because it always has the same length. */
  private void print(List<Image> images) {
    Instant now = Instant.now();
    options.out().printf("%-12s  %-10s  %s%n", "DIGEST", "UPDATED", "NAME");
    for (Image image : images) {
      options
          .out()
          .printf(
              "%-12s  %-10s  %s%n",
              image.target().digest().hex().substring(0, 12),
              age(Duration.between(image.updatedAt(), now)),
              VisibleText.line(image.name()));
    }
  }

  /** In the largest unit of which there is at least one. */
  private static String age(Duration age) {
    if (age.toDays() > 0) {
      return age.toDays() + " d ago";
    }
    if (age.toHours() > 0) {
      return age.toHours() + " h ago";
    }
    return age.toMinutes() > 0 ? age.toMinutes() + " min ago" : "now";
  }
}
