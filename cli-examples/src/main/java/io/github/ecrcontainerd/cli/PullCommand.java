package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.Unpacking;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr pull}. */
final class PullCommand {
  private final Options options =
      Options.of("pull", this::pull, "Pulls an image from Amazon ECR into containerd.");
  private final Supplier<String> reference =
      options.parameter(
          "REF",
          "ecr.aws/arn:aws:ecr:<region>:<account>:repository/<name>[:tag][@digest], or",
          "<account>.dkr.ecr.<region>.amazonaws.com/<name>[:tag][@digest]");
  private final DaemonOptions daemon = new DaemonOptions(options);
  private final RegistryOptions registry = new RegistryOptions(options);
  private final Supplier<Optional<Platform>> platform =
      options.value(
          "--platform",
          "OS/ARCH",
          Platform::parse,
          "which of an index's images (default: this machine's)");
  private final BooleanSupplier allPlatforms =
      options.flag(
          "--all-platforms", "the content of all of an index's images; the platform's is unpacked");
  private final BooleanSupplier withReferrers =
      options.flag(
          "--with-referrers", "also signatures, SBOMs and attestations that refer to the image");
  private final BooleanSupplier noUnpack =
      options.flag("--no-unpack", "bring the content, make no snapshots (also: ECR_SKIP_UNPACK)");
  private final Supplier<Optional<Unpacking>> unpacking =
      options.value(
          "--unpack",
          "BY",
          PullCommand::unpacking,
          "who makes the snapshots: direct, this process, while the layers arrive, which takes the",
          "rights of root on the daemon's host; daemon, when they are there; auto (default), direct",
          "where that is possible");
  private final BooleanSupplier discardLayers =
      options.flag(
          "--discard-layers",
          "keep the snapshots alone, and no layers: the image runs, but can't be pushed before a pull",
          "without this option");
  private final Supplier<List<String>> names =
      options.values("--name", "NAME", "a further name to keep the image under; may be repeated");
  private final BooleanSupplier noArnName =
      options.flag(
          "--no-arn-name", "don't keep the image under its canonical name, ecr.aws/arn:...");

  private PullCommand() {}

  static CommandSpec command() {
    return new PullCommand().options.command();
  }

  private static Unpacking unpacking(String text) {
    return switch (text) {
      case "auto" -> Unpacking.AUTO;
      case "daemon" -> Unpacking.DAEMON;
      case "direct" -> Unpacking.DIRECT;
      default -> throw new IllegalArgumentException("it is auto, daemon or direct, not " + text);
    };
  }

  private int pull() throws InterruptedException {
    Progress progress = Progress.of(Progress.Direction.PULL, options.err());
    try (ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.open();
        progress) {
      PullOptions.Builder pull =
          PullOptions.builder()
              .unpacking(unpacking.get().orElse(Unpacking.AUTO))
              .discardLayers(discardLayers.getAsBoolean())
              .unpack(!noUnpack.getAsBoolean() && Environment.get("ECR_SKIP_UNPACK").isEmpty())
              .allPlatforms(allPlatforms.getAsBoolean())
              .withReferrers(withReferrers.getAsBoolean())
              .schema1Conversion(true)
              .names(names.get())
              .canonicalName(!noArnName.getAsBoolean())
              .listener(progress);
      daemon.snapshotter().ifPresent(pull::snapshotter);
      platform.get().ifPresent(pull::platform);
      var image = containerd.pull(reference.get(), resolver, pull.build());
      progress.close();
      options.out().printf("%s %s%n", image.name(), image.target().digest());
      return 0;
    }
  }
}
