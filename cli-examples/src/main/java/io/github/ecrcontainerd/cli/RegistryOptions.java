package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Progress;
import io.github.ecrcontainerd.ecr.CredentialsHttpService;
import io.github.ecrcontainerd.ecr.EcrResolver;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Options for the endpoint of Amazon ECR, the speed of downloads, and timeouts. */
final class RegistryOptions {
  /** Read before the command is started, by {@link #timeoutOf}. */
  private static final String TIMEOUT = "--timeout";

  private final Options options;
  private final Supplier<Optional<URI>> endpoint;
  private final Supplier<Optional<String>> profile;
  private final Supplier<Optional<Integer>> parallelism;
  private final Supplier<Optional<Integer>> apiTimeout;
  private final Supplier<Optional<Integer>> connectTimeout;
  private Supplier<List<String>> mirrors = List::of;

  /** Options of a command that moves layers. */
  RegistryOptions(Options options) {
    this(
        options,
        options.value(
            "--parallelism",
            "N",
            Integer.class,
            "ranges of a layer downloaded at a time; 0 or 1: whole layers by one request each"
                + " (default: ECR_PULL_PARALLEL, or 4)"));
  }

  /** Adds the option for mirrors, for a command that downloads layers. */
  RegistryOptions withMirrors() {
    mirrors =
        options.values(
            "--mirror",
            "URL",
            "a registry to ask for layers before Amazon ECR; may be repeated"
                + " (default: ECR_MIRRORS, separated by commas)");
    return this;
  }

  /** Options of a command that reads manifests. */
  static RegistryOptions ofManifests(Options options) {
    return new RegistryOptions(options, Optional::empty);
  }

  private RegistryOptions(Options options, Supplier<Optional<Integer>> parallelism) {
    this.options = options;
    this.parallelism = parallelism;
    endpoint =
        options.value(
            "--endpoint-url",
            "URL",
            URI.class,
            "where the ECR API is (default: the region's own, or AWS_ENDPOINT_URL_ECR)");
    profile =
        options.value(
            "--profile",
            "NAME",
            String.class,
            "the profile of AWS's configuration files that credentials come from"
                + " (default: AWS_PROFILE, or those that every AWS tool finds)");
    apiTimeout =
        options.value(
            "--api-timeout",
            "SECONDS",
            Integer.class,
            "how long a call of the ECR API may take (default: 30)");
    connectTimeout =
        options.value(
            "--connect-timeout",
            "SECONDS",
            Integer.class,
            "how long a connection may take to be made (default: 10)");
    var _ =
        options.value(
            TIMEOUT,
            "SECONDS",
            Integer.class,
            "how long the command may take (default: without limit)");
  }

  /** The parameter for an image in a registry. */
  static Supplier<String> reference(Options options) {
    return options.parameter(
        "REF",
        "<account>.dkr.ecr.<region>.amazonaws.com/<name>[:tag][@digest], or",
        "ecr.aws/arn:aws:ecr:<region>:<account>:repository/<name>[:tag][@digest]");
  }

  /** How long the chosen command may take, if it has such a limit. */
  static Optional<Duration> timeoutOf(ParseResult parsed) {
    if (!parsed.hasSubcommand()) {
      return Optional.empty();
    }
    Optional<Integer> given =
        Optional.ofNullable(parsed.subcommand().matchedOptionValue(TIMEOUT, null));
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

  /** Opens a resolver whose retries and waits are shown. */
  EcrResolver openShownBy(Progress progress) {
    return builder().listener(progress.ofRegistry()).build();
  }

  EcrResolver.Builder builder() {
    CredentialsHttpService.install();
    EcrResolver.Builder builder = EcrResolver.builder();
    try {
      endpoint.get().ifPresent(builder::endpointOverride);
      profile.get().ifPresent(builder::profile);
      apiTimeout.get().map(Duration::ofSeconds).ifPresent(builder::apiTimeout);
      connectTimeout.get().map(Duration::ofSeconds).ifPresent(builder::connectTimeout);
      parallelism
          .get()
          .or(() -> Environment.get("ECR_PULL_PARALLEL").map(RegistryOptions::number))
          .ifPresent(builder::layerDownloadParallelism);
      mirrors().forEach(mirror -> builder.mirror(url(mirror)));
    } catch (IllegalArgumentException e) {
      throw options.wrong(e);
    }
    return builder;
  }

  private List<String> mirrors() {
    List<String> given = mirrors.get();
    return given.isEmpty()
        ? Environment.get("ECR_MIRRORS")
            .map(text -> List.of(text.strip().split("[,\\s]+")))
            .orElse(List.of())
        : given;
  }

  private static URI url(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // Without the text and without the cause, which has it: it may be a password's.
      throw new IllegalArgumentException(
          "A mirror's address is not a URL: %s (write http://host:port or https://host)"
              .formatted(e.getReason()));
    }
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("ECR_PULL_PARALLEL is not a number: " + text, e);
    }
  }
}
