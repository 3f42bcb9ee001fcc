package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Direction;
import io.github.ecrcontainerd.cli.progress.Progress;
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
  /** Enough for a stream. A pull needs more, because a daemon's disk can be slow. */
  private static final int DIRECT_BUFFER_BYTES = 8 << 20;

  private final Options options =
      Options.of(
          "copy",
          this::copy,
          "Copies an image between repositories, regions and accounts: through containerd, or"
              + " directly.");
  private final Supplier<String> source =
      options.parameter(
          "SOURCE",
          "<account>.dkr.ecr.<region>.amazonaws.com/<name>[:tag][@digest], or",
          "ecr.aws/arn:aws:ecr:<region>:<account>:repository/<name>[:tag][@digest]");
  private final Supplier<String> destination =
      options.parameter("DEST", "the destination, in the same form");
  private final BooleanSupplier direct =
      options.flag(
          "--direct", "from registry to registry, without containerd and without a copy on disk");
  private final OutputOptions output = new OutputOptions(options);
  private final DryRun dryRun = new DryRun(options);
  private final DaemonOptions daemon = new DaemonOptions(options);
  private final RegistryOptions registry = new RegistryOptions(options).withMirrors();
  private final Supplier<Optional<String>> sourceProfile =
      options.value(
          "--source-profile", "NAME", String.class, "the profile for SOURCE (default: --profile)");
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
    // Report an invalid destination before the source is pulled.
    EcrReference.of(destination.get());
    if (dryRun.isAsked()) {
      return plan();
    }
    return direct.getAsBoolean() ? copyDirectly() : copyThroughContainerd();
  }

  /** With or without containerd, the same content is missing at the destination. */
  private int plan() throws InterruptedException {
    try (EcrResolver from = source(registry.builder());
        EcrResolver to = destinationOf(from)) {
      dryRun.print(
          output.results(),
          destination.get(),
          RegistryCopy.between(from, to)
              .plan(source.get(), destination.get(), upload.options().build()));
      return 0;
    }
  }

  private int copyDirectly() throws InterruptedException {
    Descriptor root;
    Tally tally;
    try (Progress progress = output.show(Direction.COPY);
        EcrResolver from =
            source(
                registry
                    .builder()
                    .listener(progress.ofRegistry())
                    .downloadBufferBytes(DIRECT_BUFFER_BYTES));
        EcrResolver to = destinationOf(from)) {
      tally = new Tally(progress);
      root =
          RegistryCopy.between(from, to)
              .run(source.get(), destination.get(), upload.options().listener(tally).build());
      progress.complete();
    }
    output.print(destination.get(), root.digest(), tally.result());
    return 0;
  }

  private int copyThroughContainerd() throws InterruptedException {
    try (ContainerdClient containerd = daemon.connect();
        EcrResolver from = source(registry.builder());
        EcrResolver to = destinationOf(from)) {
      Image image;
      try (Progress progress = output.show(Direction.PULL)) {
        PullOptions.Builder pull =
            PullOptions.builder()
                .unpack(false)
                .allPlatforms(upload.platform().isEmpty())
                .schema1Conversion(true)
                .withReferrers(upload.withReferrers())
                .listener(progress);
        upload.platform().ifPresent(pull::platform);
        image = containerd.pull(source.get(), from, pull.build());
        progress.complete();
      }
      Descriptor root;
      Tally tally;
      try (Progress progress = output.show(Direction.PUSH)) {
        tally = new Tally(progress);
        root =
            containerd.push(
                destination.get(), image.target(), to, upload.options().listener(tally).build());
        progress.complete();
      }
      output.print(destination.get(), root.digest(), tally.result());
      return 0;
    }
  }

  private EcrResolver source(EcrResolver.Builder builder) {
    sourceProfile.get().ifPresent(builder::profile);
    return builder.build();
  }

  /** Without a profile for the destination, both sides share one resolver, closed once. */
  private EcrResolver destinationOf(EcrResolver from) {
    return destinationProfile
        .get()
        .map(name -> registry.builder().profile(name).build())
        .orElse(from);
  }
}
