package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr resolve}. */
final class ResolveCommand {
  private final Options options =
      Options.of("resolve", this::resolve, "Prints what a reference names now in Amazon ECR.");
  private final Supplier<String> reference = RegistryOptions.reference(options);
  private final Results results = new Results(options);
  private final RegistryOptions registry = RegistryOptions.ofManifests(options);

  private ResolveCommand() {}

  static CommandSpec command() {
    return new ResolveCommand().options.command();
  }

  private int resolve() throws InterruptedException {
    try (EcrResolver resolver = registry.open()) {
      Resolution image = resolver.resolve(reference.get());
      if (results.areJson()) {
        var object = Results.object("name", image.name());
        object.putAll(DescriptorObject.of(image.target()));
        results.print(object);
      } else {
        options.out().printf("%s %s%n", image.name(), image.target().digest());
      }
      return 0;
    }
  }
}
