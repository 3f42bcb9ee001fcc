package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.Unpacking;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ecr pull}. */
@Command(
    name = "pull",
    sortOptions = false,
    description = "Pulls an image from Amazon ECR into containerd.")
final class PullCommand implements Callable<Integer> {
  @Spec CommandSpec command = CommandSpec.create();

  @Parameters(
      paramLabel = "REF",
      description = {
        "ecr.aws/arn:aws:ecr:<region>:<account>:repository/<name>[:tag][@digest], or",
        "<account>.dkr.ecr.<region>.amazonaws.com/<name>[:tag][@digest]"
      })
  String reference = "";

  @Mixin DaemonOptions daemon = new DaemonOptions();
  @Mixin RegistryOptions registry = new RegistryOptions();

  @Option(
      names = "--platform",
      paramLabel = "OS/ARCH",
      converter = PlatformConverter.class,
      description = "which of an index's images (default: this machine's)")
  Optional<Platform> platform = Optional.empty();

  @Option(
      names = "--all-platforms",
      description = "the content of all of an index's images; the platform's is unpacked")
  boolean allPlatforms;

  @Option(
      names = "--with-referrers",
      description = "also signatures, SBOMs and attestations that refer to the image")
  boolean withReferrers;

  @Option(
      names = "--no-unpack",
      description = "bring the content, make no snapshots (also: ECR_SKIP_UNPACK)")
  boolean noUnpack;

  @Option(
      names = "--unpack",
      paramLabel = "BY",
      converter = UnpackingConverter.class,
      description = {
        "who makes the snapshots: direct, this process, while the layers arrive, which takes the",
        "rights of root on the daemon's host; daemon, when they are there; auto (default), direct",
        "where that is possible"
      })
  Unpacking unpacking = Unpacking.AUTO;

  @Option(
      names = "--discard-layers",
      description = {
        "keep the snapshots alone, and no layers: the image runs, but can't be pushed before a pull",
        "without this option"
      })
  boolean discardLayers;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "a further name to keep the image under; may be repeated")
  List<String> names = new ArrayList<>();

  @Option(
      names = "--no-arn-name",
      description = "don't keep the image under its canonical name, ecr.aws/arn:...")
  boolean noArnName;

  @Override
  public Integer call() throws InterruptedException {
    Progress progress = Progress.of(Progress.Direction.PULL, command.commandLine().getErr());
    try (ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.open();
        progress) {
      PullOptions.Builder options =
          PullOptions.builder()
              .unpacking(unpacking)
              .discardLayers(discardLayers)
              .unpack(!noUnpack && Environment.get("ECR_SKIP_UNPACK").isEmpty())
              .allPlatforms(allPlatforms)
              .withReferrers(withReferrers)
              .schema1Conversion(true)
              .names(names)
              .canonicalName(!noArnName)
              .listener(progress);
      daemon.snapshotter().ifPresent(options::snapshotter);
      platform.ifPresent(options::platform);
      var image = containerd.pull(reference, resolver, options.build());
      progress.close();
      command.commandLine().getOut().printf("%s %s%n", image.name(), image.target().digest());
      return 0;
    }
  }
}
