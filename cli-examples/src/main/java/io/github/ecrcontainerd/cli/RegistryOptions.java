package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.ecr.CredentialsHttpService;
import io.github.ecrcontainerd.ecr.EcrResolver;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Which Amazon ECR, how fast, and for how long. */
final class RegistryOptions {
  /** Read before the command is started, by {@link #timeoutOf}. */
  private static final String TIMEOUT = "--timeout";

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

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      description = "how long a connection may take to be made (default: 10)")
  Optional<Integer> connectTimeout = Optional.empty();

  @Option(
      names = TIMEOUT,
      paramLabel = "SECONDS",
      description = "how long the command may take (default: without limit)")
  Optional<Integer> timeout = Optional.empty();

  /** How long the command that was asked for may take, if it has such a limit. */
  static Optional<Duration> timeoutOf(ParseResult parsed) {
    if (!parsed.hasSubcommand()) {
      return Optional.empty();
    }
    Optional<Integer> given = parsed.subcommand().matchedOptionValue(TIMEOUT, Optional.empty());
    return given.map(
        seconds -> {
          if (seconds < 1) {
            throw new ParameterException(
                parsed.subcommand().commandSpec().commandLine(),
                "%s is at least 1, not %d".formatted(TIMEOUT, seconds));
          }
          return Duration.ofSeconds(seconds);
        });
  }

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
      connectTimeout.map(Duration::ofSeconds).ifPresent(builder::connectTimeout);
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
