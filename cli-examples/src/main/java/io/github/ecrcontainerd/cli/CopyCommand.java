package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.RegistryCopy;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr copy}. */
final class CopyCommand {
  /** What a stream needs: not the room of a pull that feeds a daemon's disk. */
  private static final int DIRECT_BUFFER_BYTES = 8 << 20;

  private final Options options =
      Options.of(
          "copy",
          this::copy,
          "Copies an image between repositories, regions and accounts: through containerd, or"
              + " directly.");
  private final Supplier<String> source =
      options.parameter(
          "SOURCE", "ecr.aws/arn:aws:ecr:<region>:<account>:repository/<name>[:tag][@digest]");
  private final Supplier<String> destination =
      options.parameter("DEST", "where to, in the same form");
  private final BooleanSupplier direct =
      options.flag(
          "--direct", "from registry to registry, without containerd and without a copy on disk");
  private final DaemonOptions daemon = new DaemonOptions(options);
  private final RegistryOptions registry = new RegistryOptions(options);
  private final Supplier<Optional<String>> destinationProfile =
      options.value(
          "--dest-profile", "NAME", String.class, "the profile for DEST (default: as for SOURCE)");
  private final UploadOptions upload =
      new UploadOptions(options, "also signatures, SBOMs and attestations that refer to the image");

  private CopyCommand() {}

  static CommandSpec command() {
    return new CopyCommand().options.command();
  }

  private int copy() throws InterruptedException {
    Descriptor root = direct.getAsBoolean() ? copyDirectly() : copyThroughContainerd();
    options.out().printf("%s %s%n", destination.get(), root.digest());
    return 0;
  }

  private Descriptor copyDirectly() throws InterruptedException {
    try (EcrResolver from = registry.builder().downloadBufferBytes(DIRECT_BUFFER_BYTES).build();
        EcrResolver to = destinationOf(from);
        Progress progress = Progress.of(Progress.Direction.COPY, options.err())) {
      return RegistryCopy.between(from, to)
          .run(source.get(), destination.get(), upload.toldTo(progress));
    }
  }

  private Descriptor copyThroughContainerd() throws InterruptedException {
    try (ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.open();
        EcrResolver to = destinationOf(resolver)) {
      // What is wrong with the destination is to be known before the source is pulled.
      EcrReference.of(destination.get());
      Image image;
      try (Progress progress = Progress.of(Progress.Direction.PULL, options.err())) {
        PullOptions.Builder pull =
            PullOptions.builder()
                .unpack(false)
                .allPlatforms(upload.platform().isEmpty())
                .schema1Conversion(true)
                .withReferrers(upload.withReferrers())
                .listener(progress);
        upload.platform().ifPresent(pull::platform);
        image = containerd.pull(source.get(), resolver, pull.build());
      }
      try (Progress progress = Progress.of(Progress.Direction.PUSH, options.err())) {
        return containerd.push(destination.get(), image.target(), to, upload.toldTo(progress));
      }
    }
  }

  /** Where the destination has no profile of its own, one resolver is both: it closes once. */
  private EcrResolver destinationOf(EcrResolver from) {
    return destinationProfile
        .get()
        .map(name -> registry.builder().profile(name).build())
        .orElse(from);
  }
}
