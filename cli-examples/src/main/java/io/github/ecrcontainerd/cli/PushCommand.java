package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.ecr.EcrResolver;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr push}. */
final class PushCommand {
  private final Options options =
      Options.of("push", this::push, "Pushes an image from containerd to Amazon ECR.");
  private final Supplier<String> reference =
      options.parameter(
          "REF",
          "where to: ecr.aws/arn:aws:ecr:<region>:<account>:repository/<name>[:tag][@digest]");
  private final Supplier<Optional<String>> local =
      options.optionalParameter("LOCAL", "the image's name in containerd (default: REF)");
  private final DaemonOptions daemon = new DaemonOptions(options);
  private final RegistryOptions registry = new RegistryOptions(options);
  private final UploadOptions upload =
      new UploadOptions(
          options, "also signatures, SBOMs and attestations that were pulled with the image");

  private PushCommand() {}

  static CommandSpec command() {
    return new PushCommand().options.command();
  }

  private int push() throws InterruptedException {
    Progress progress = Progress.of(Progress.Direction.PUSH, options.err());
    try (ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.open();
        progress) {
      String name = ImageName.of(local.get().orElseGet(reference));
      Image image =
          containerd
              .images()
              .get(name)
              .orElseThrow(
                  () ->
                      new ImageException(
                          ImageException.Code.INCOMPLETE,
                          "containerd has no image %s: pull it, or name one that it has (ctr image ls)"
                              .formatted(name)));
      var root =
          containerd.push(reference.get(), image.target(), resolver, upload.toldTo(progress));
      progress.close();
      options.out().printf("%s %s%n", reference.get(), root.digest());
      return 0;
    }
  }
}
