package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Size;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.ImageProcess;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaKind;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.VisibleText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.json.JsonMapper;

/** {@code ecr inspect}. */
final class InspectCommand {
  private static final String INDENT = "  ";

  private final Options options =
      Options.of(
          "inspect",
          this::inspect,
          "Shows the contents of an image in Amazon ECR: its indexes, manifests, configurations and"
              + " layers.");
  private final Supplier<String> reference = RegistryOptions.reference(options);
  private final BooleanSupplier json = options.flag("--json", "the same as --output json");
  private final Results results = new Results(options);
  private final RegistryOptions registry = RegistryOptions.ofManifests(options);

  private InspectCommand() {}

  static CommandSpec command() {
    return new InspectCommand().options.command();
  }

  private int inspect() throws IOException, InterruptedException {
    try (EcrResolver resolver = registry.open()) {
      Resolution image = resolver.resolve(reference.get());
      ImageTree tree = ImageTree.read(image.target(), resolver.fetcher(reference.get()));
      if (json.getAsBoolean() || results.areJson()) {
        Map<String, Object> object = Results.object("name", image.name());
        object.putAll(object(tree));
        results.print(object);
      } else {
        options.out().println(image.name());
        print(tree, "");
      }
      return 0;
    }
  }

  private static Map<String, Object> object(ImageTree tree) {
    Map<String, Object> object = DescriptorObject.of(tree.content());
    if (tree.isMissing()) {
      object.put("missing", true);
    }
    tree.configuration()
        .ifPresent(text -> object.put("content", JsonMapper.shared().readTree(text)));
    if (!tree.parts().isEmpty()) {
      object.put("contents", tree.parts().stream().map(InspectCommand::object).toList());
    }
    return object;
  }

  private void print(ImageTree tree, String indent) {
    Descriptor content = tree.content();
    options
        .out()
        .printf(
            "%s%s%s  %s  %s%s%n",
            indent,
            MediaKind.of(content).noun(),
            content
                .platform()
                .map(platform -> " " + VisibleText.line(platform.toString()))
                .orElse(""),
            content.digest(),
            Size.of(content.size()),
            tree.isMissing() ? "  missing" : "");
    tree.configuration().ifPresent(text -> printProcess(content, text, indent + INDENT));
    tree.parts().forEach(part -> print(part, indent + INDENT));
  }

  /** Prints what a container would run, or why it can't. */
  private void printProcess(Descriptor config, String text, String indent) {
    ImageProcess process;
    try {
      process = ImageConfig.parse(config.digest(), text.getBytes(StandardCharsets.UTF_8)).process();
    } catch (ImageException e) {
      options.out().println(indent + e.getMessage());
      return;
    }
    print(indent, "entrypoint", String.join(" ", process.entrypoint()));
    print(indent, "cmd", String.join(" ", process.cmd()));
    print(indent, "user", process.user());
    print(indent, "workdir", process.workingDir());
    process.env().forEach(variable -> print(indent, "env", variable));
  }

  private void print(String indent, String name, String value) {
    if (!value.isEmpty()) {
      options.out().printf("%s%-10s  %s%n", indent, name, VisibleText.line(value));
    }
  }
}
