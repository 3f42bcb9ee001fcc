package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.ecr.CredentialsHttpService;
import io.github.ecrcontainerd.ecr.EcrResolver;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which Amazon ECR, and how fast. */
final class RegistryOptions {
  @Spec(Spec.Target.MIXEE)
  CommandSpec command = CommandSpec.create();

  @Option(
      names = "--endpoint-url",
      paramLabel = "URL",
      description = "where the ECR API is (default: the region's own, or AWS_ENDPOINT_URL_ECR)")
  Optional<URI> endpoint = Optional.empty();

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description =
          "the profile of AWS's configuration files that credentials come from"
              + " (default: those that every AWS tool finds)")
  Optional<String> profile = Optional.empty();

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description =
          "ranges of a layer downloaded at a time; 0 or 1: whole layers by one request each"
              + " (default: ECR_PULL_PARALLEL, or 4)")
  Optional<Integer> parallelism = Optional.empty();

  @Option(
      names = "--api-timeout",
      paramLabel = "SECONDS",
      description = "how long a call of the ECR API may take (default: 30)")
  Optional<Integer> apiTimeout = Optional.empty();

  EcrResolver open() {
    return builder().build();
  }

  EcrResolver.Builder builder() {
    CredentialsHttpService.install();
    EcrResolver.Builder builder = EcrResolver.builder();
    try {
      endpoint.ifPresent(builder::endpointOverride);
      profile.ifPresent(builder::profile);
      apiTimeout.map(Duration::ofSeconds).ifPresent(builder::apiTimeout);
      parallelism
          .or(() -> Environment.get("ECR_PULL_PARALLEL").map(RegistryOptions::number))
          .ifPresent(builder::layerDownloadParallelism);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    return builder;
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("ECR_PULL_PARALLEL is not a number: " + text, e);
    }
  }
}
