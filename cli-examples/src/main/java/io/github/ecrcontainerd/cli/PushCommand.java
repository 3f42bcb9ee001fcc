package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ecr push}. */
@Command(
    name = "push",
    sortOptions = false,
    description = "Pushes an image from containerd to Amazon ECR.")
final class PushCommand implements Callable<Integer> {
  @Spec CommandSpec command = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "REF",
      description =
          "where to: ecr.aws/arn:aws:ecr:<region>:<account>:repository/<name>[:tag][@digest]")
  String reference = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "LOCAL",
      description = "the image's name in containerd (default: REF)")
  Optional<String> local = Optional.empty();

  @Mixin DaemonOptions daemon = new DaemonOptions();
  @Mixin RegistryOptions registry = new RegistryOptions();

  @Option(
      names = "--platform",
      paramLabel = "OS/ARCH",
      converter = PlatformConverter.class,
      description = "one of an index's images (default: the index with all of them)")
  Optional<Platform> platform = Optional.empty();

  @Option(
      names = "--with-referrers",
      description = "also signatures, SBOMs and attestations that were pulled with the image")
  boolean withReferrers;

  @Option(
      names = "--allow-non-distributable-blobs",
      description = "also layers whose media type says that they are not to be distributed")
  boolean foreignLayers;

  @Override
  public Integer call() throws InterruptedException {
    Progress progress = Progress.of(Progress.Direction.PUSH, command.commandLine().getErr());
    try (ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.open();
        progress) {
      String name = ImageName.of(local.orElse(reference));
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
      PushOptions.Builder options =
          PushOptions.builder()
              .foreignLayers(foreignLayers)
              .withReferrers(withReferrers)
              .listener(progress);
      platform.ifPresent(options::platform);
      var root = containerd.push(reference, image.target(), resolver, options.build());
      progress.close();
      command.commandLine().getOut().printf("%s %s%n", reference, root.digest());
      return 0;
    }
  }
}
