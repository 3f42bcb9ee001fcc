package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Direction;
import io.github.ecrcontainerd.cli.progress.Progress;
import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Descriptor;
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
          "where to: <account>.dkr.ecr.<region>.amazonaws.com/<name>[:tag], or",
          "ecr.aws/arn:aws:ecr:<region>:<account>:repository/<name>[:tag]");
  private final Supplier<Optional<String>> local =
      options.optionalParameter("LOCAL", "the image's name in containerd (default: REF)");
  private final OutputOptions output = new OutputOptions(options);
  private final DryRun dryRun = new DryRun(options);
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
    String to = reference.get();
    if (dryRun.isAsked()) {
      return plan(to);
    }
    Descriptor root;
    Tally tally;
    try (Progress progress = output.show(Direction.PUSH);
        ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.openShownBy(progress)) {
      tally = new Tally(progress);
      root =
          containerd.push(
              to, image(containerd).target(), resolver, upload.options().listener(tally).build());
      progress.complete();
    }
    output.print(to, root.digest(), tally.result());
    return 0;
  }

  private int plan(String to) throws InterruptedException {
    try (ContainerdClient containerd = daemon.connect();
        EcrResolver resolver = registry.open()) {
      dryRun.print(
          output.results(),
          to,
          containerd.planPush(to, image(containerd).target(), resolver, upload.options().build()));
      return 0;
    }
  }

  private Image image(ContainerdClient containerd) throws InterruptedException {
    return ImageName.find(containerd, local.get().orElseGet(reference));
  }
}
