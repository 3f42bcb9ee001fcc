package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Direction;
import io.github.ecrcontainerd.cli.progress.Progress;
import io.github.ecrcontainerd.cli.timeline.Timeline;
import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.TransferPlan;
import io.github.ecrcontainerd.containerd.Unpacking;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Platform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr pull}. */
final class PullCommand {
  private final Options options =
      Options.of("pull", this::pull, "Pulls images from Amazon ECR into containerd.");
  private final ReferenceList references =
      new ReferenceList(
          options,
          "<account>.dkr.ecr.<region>.amazonaws.com/<name>[:tag][@digest], or",
          "ecr.aws/arn:aws:ecr:<region>:<account>:repository/<name>[:tag][@digest]");
  private final OutputOptions output = new OutputOptions(options);
  private final DryRun dryRun = new DryRun(options);
  private final DaemonOptions daemon = new DaemonOptions(options);
  private final Supplier<Optional<String>> snapshotter = DaemonOptions.snapshotter(options);
  private final RegistryOptions registry = new RegistryOptions(options).withMirrors();
  private final Supplier<Optional<Platform>> platform =
      options.value(
          "--platform",
          "OS/ARCH",
          Platform::parse,
          "the platform to choose from an index (default: this machine's)");
  private final BooleanSupplier allPlatforms =
      options.flag(
          "--all-platforms", "pull all images of an index; only the chosen platform's is unpacked");
  private final BooleanSupplier withReferrers =
      options.flag(
          "--with-referrers", "also signatures, SBOMs and attestations that refer to the image");
  private final BooleanSupplier noUnpack =
      options.flag(
          "--no-unpack", "store the content, but make no snapshots (also: ECR_SKIP_UNPACK)");
  private final Supplier<Optional<Unpacking>> unpacking =
      options.value(
          "--unpack",
          "BY",
          PullCommand::unpacking,
          "what unpacks the layers: direct, this process, while they arrive, which needs the",
          "rights of root on the daemon's host; daemon, containerd, after they have arrived; auto",
          "(default), direct where possible");
  private final BooleanSupplier discardLayers =
      options.flag(
          "--discard-layers",
          "keep only the snapshots, not the layers: the image runs, but can't be pushed before a pull",
          "without this option");
  private final Supplier<List<String>> names =
      options.values("--name", "NAME", "an additional name for the image; may be repeated");
  private final BooleanSupplier noArnName =
      options.flag(
          "--no-arn-name", "don't keep the image under its canonical name, ecr.aws/arn:...");

  private final Supplier<Optional<Path>> timeline =
      options.value(
          "--timeline",
          "FILE",
          Path.class,
          "write an HTML page that shows when each step ran and what the pull waited for");

  private final Jitter jitter = new Jitter(options);

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

  private int pull() throws Exception {
    List<String> images = references.all();
    if (dryRun.isAsked()) {
      return plan(images);
    }
    if (timeline.get().isEmpty()) {
      return pull(images);
    }
    try (Timeline _ = Timeline.start(timeline.get().get(), images)) {
      return pull(images);
    }
  }

  private int pull(List<String> images) throws Exception {
    return images.size() == 1 ? pullOne(images.getFirst()) : pullAll(images);
  }

  private int plan(List<String> images) throws InterruptedException {
    List<Map<String, Object>> plans = new ArrayList<>();
    try (ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.open()) {
      for (String image : images) {
        TransferPlan plan = containerd.planPull(image, resolver, pullOptions().build());
        if (images.size() == 1 || !output.results().areJson()) {
          dryRun.print(output.results(), image, plan);
        }
        plans.add(DryRun.object(image, plan));
      }
    }
    if (images.size() > 1 && output.results().areJson()) {
      output.results().print(Results.object("images", plans));
    }
    return 0;
  }

  private int pullOne(String reference) throws InterruptedException {
    PulledImage pulled;
    try (Progress progress = output.show(Direction.PULL);
        ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.openShownBy(progress)) {
      jitter.await(progress);
      pulled = pull(reference, containerd, resolver, progress);
      progress.complete();
    }
    output.print(pulled.image().name(), pulled.image().target().digest(), pulled.cost());
    return 0;
  }

  private int pullAll(List<String> images) throws InterruptedException, ExecutionException {
    if (!names.get().isEmpty()) {
      throw options.wrong("--name is for one image, and there are " + images.size());
    }
    ImageBatch batch = new ImageBatch(options, output);
    List<ImageBatch.Outcome> outcomes;
    try (Progress progress = output.show(Direction.PULL);
        ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.openShownBy(progress)) {
      jitter.await(progress);
      outcomes = batch.run(images, image -> pull(image, containerd, resolver, progress));
      progress.complete();
    }
    return batch.print(outcomes);
  }

  private PulledImage pull(
      String reference, ContainerdClient containerd, EcrResolver resolver, Progress progress)
      throws InterruptedException {
    Tally tally = new Tally(progress);
    Image image = containerd.pull(reference, resolver, pullOptions().listener(tally).build());
    Map<String, Object> cost =
        Results.object("platform", platform.get().orElseGet(Platform::current).toString());
    cost.putAll(tally.result());
    return new PulledImage(image, cost);
  }

  private PullOptions.Builder pullOptions() {
    PullOptions.Builder pull =
        PullOptions.builder()
            .unpacking(unpacking.get().orElse(Unpacking.AUTO))
            .discardLayers(discardLayers.getAsBoolean())
            .unpack(!noUnpack.getAsBoolean() && Environment.get("ECR_SKIP_UNPACK").isEmpty())
            .allPlatforms(allPlatforms.getAsBoolean())
            .withReferrers(withReferrers.getAsBoolean())
            .schema1Conversion(true)
            .names(names.get())
            .canonicalName(!noArnName.getAsBoolean());
    snapshotter.get().ifPresent(pull::snapshotter);
    platform.get().ifPresent(pull::platform);
    return pull;
  }
}
