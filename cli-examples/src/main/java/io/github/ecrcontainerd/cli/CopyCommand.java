package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.containerd.RegistryCopy;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Platform;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ecr copy}. */
@Command(
    name = "copy",
    sortOptions = false,
    description =
        "Copies an image between repositories, regions and accounts: through containerd, or"
            + " directly.")
final class CopyCommand implements Callable<Integer> {
  /** What a stream needs: not the room of a pull that feeds a daemon's disk. */
  private static final int DIRECT_BUFFER_BYTES = 8 << 20;

  @Spec CommandSpec command = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "SOURCE",
      description = "ecr.aws/arn:aws:ecr:<region>:<account>:repository/<name>[:tag][@digest]")
  String source = "";

  @Parameters(index = "1", paramLabel = "DEST", description = "where to, in the same form")
  String destination = "";

  @Option(
      names = "--direct",
      description = "from registry to registry, without containerd and without a copy on disk")
  boolean direct;

  @Mixin DaemonOptions daemon = new DaemonOptions();
  @Mixin RegistryOptions registry = new RegistryOptions();

  @Option(
      names = "--dest-profile",
      paramLabel = "NAME",
      description = "the profile for DEST (default: as for SOURCE)")
  Optional<String> destinationProfile = Optional.empty();

  @Option(
      names = "--platform",
      paramLabel = "OS/ARCH",
      converter = PlatformConverter.class,
      description = "one of an index's images (default: the index with all of them)")
  Optional<Platform> platform = Optional.empty();

  @Option(
      names = "--with-referrers",
      description = "also signatures, SBOMs and attestations that refer to the image")
  boolean withReferrers;

  @Option(
      names = "--allow-non-distributable-blobs",
      description = "also layers whose media type says that they are not to be distributed")
  boolean foreignLayers;

  @Override
  public Integer call() throws InterruptedException {
    Descriptor root = direct ? copyDirectly() : copyThroughContainerd();
    command.commandLine().getOut().printf("%s %s%n", destination, root.digest());
    return 0;
  }

  private Descriptor copyDirectly() throws InterruptedException {
    try (EcrResolver from = registry.builder().downloadBufferBytes(DIRECT_BUFFER_BYTES).build();
        EcrResolver to = destinationOf(from);
        Progress progress = Progress.of(Progress.Direction.COPY, err())) {
      return RegistryCopy.between(from, to).run(source, destination, pushOptions(progress));
    }
  }

  private Descriptor copyThroughContainerd() throws InterruptedException {
    try (ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.open();
        EcrResolver to = destinationOf(resolver)) {
      // What is wrong with the destination is to be known before the source is pulled.
      EcrReference.of(destination);
      Image image;
      try (Progress progress = Progress.of(Progress.Direction.PULL, err())) {
        PullOptions.Builder pull =
            PullOptions.builder()
                .unpack(false)
                .allPlatforms(platform.isEmpty())
                .schema1Conversion(true)
                .withReferrers(withReferrers)
                .listener(progress);
        platform.ifPresent(pull::platform);
        image = containerd.pull(source, resolver, pull.build());
      }
      try (Progress progress = Progress.of(Progress.Direction.PUSH, err())) {
        return containerd.push(destination, image.target(), to, pushOptions(progress));
      }
    }
  }

  /** Where the destination has no profile of its own, one resolver is both: it closes once. */
  private EcrResolver destinationOf(EcrResolver source) {
    return destinationProfile.map(name -> registry.builder().profile(name).build()).orElse(source);
  }

  private PushOptions pushOptions(Progress progress) {
    PushOptions.Builder options =
        PushOptions.builder()
            .foreignLayers(foreignLayers)
            .withReferrers(withReferrers)
            .listener(progress);
    platform.ifPresent(options::platform);
    return options.build();
  }

  private PrintWriter err() {
    return command.commandLine().getErr();
  }
}
