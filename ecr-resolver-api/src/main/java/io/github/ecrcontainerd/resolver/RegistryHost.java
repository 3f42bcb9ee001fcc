package io.github.ecrcontainerd.resolver;

import io.github.ecrcontainerd.resolver.EcrReference.Endpoint;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host of one account's registry in one region, as in Docker's references. It reads the same
 * forms as Amazon's credential helper and the kubelet's credential provider for ECR.
 */
record RegistryHost(String account, Endpoint endpoint, String region, String partition) {
  private static final Pattern FORM =
      Pattern.compile("([0-9]{12})\\.dkr[.-]ecr(-fips)?\\.([a-z0-9][a-z0-9_-]*)\\.(.+)");

  /**
   * The suffixes of a partition's hosts.
   *
   * @param suffix the suffix of its registries
   * @param dualStack the suffix of its dual-stack registries, {@code ""} if there are none
   */
  private record Suffixes(String partition, String suffix, String dualStack) {}

  /** GovCloud has the same suffixes as {@code aws}: only its regions distinguish it. */
  private static final Suffixes[] PARTITIONS = {
    new Suffixes("aws", "amazonaws.com", "on.aws"),
    new Suffixes("aws-us-gov", "amazonaws.com", "on.aws"),
    new Suffixes("aws-cn", "amazonaws.com.cn", "on.amazonwebservices.com.cn"),
    new Suffixes("aws-eusc", "amazonaws.eu", ""),
    new Suffixes("aws-iso", "c2s.ic.gov", ""),
    new Suffixes("aws-iso-b", "sc2s.sgov.gov", ""),
    new Suffixes("aws-iso-e", "cloud.adc-e.uk", ""),
    new Suffixes("aws-iso-f", "csp.hci.ic.gov", ""),
  };

  /** The two hosts of Amazon ECR Public ("Amazon ECR Public" of the user guide). */
  private static final Set<String> PUBLIC = Set.of("public.ecr.aws", "ecr-public.aws.com");

  /**
   * Parses a host. Case doesn't matter, as in every DNS name.
   *
   * @throws IllegalArgumentException if it is not the host of a registry; the message says why
   */
  static RegistryHost parse(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    if (PUBLIC.contains(name)) {
      throw new IllegalArgumentException(
          Quoted.of(host)
              + " is Amazon ECR Public, which has another API: pull its images by a pull-through"
              + " cache rule of a private registry, or copy them there, for example with skopeo");
    }
    Matcher parts = FORM.matcher(name);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          Quoted.of(host) + " is not the host of a private registry in ECR");
    }
    String region = parts.group(3);
    String suffix = parts.group(4);
    Suffixes found =
        Arrays.stream(PARTITIONS)
            .filter(known -> suffix.equals(known.suffix) || suffix.equals(known.dualStack))
            .filter(known -> isGovCloud(region) == known.partition.equals("aws-us-gov"))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "its host's suffix %s is not an AWS suffix for the region %s"
                            .formatted(Quoted.of(suffix), region)));
    Endpoint endpoint = Endpoint.of(parts.group(2) != null, suffix.equals(found.dualStack));
    return new RegistryHost(parts.group(1), endpoint, region, found.partition);
  }

  private static boolean isGovCloud(String region) {
    return region.startsWith("us-gov-");
  }

  /** Whether the partition is known to have registries of that kind. */
  static boolean exists(String partition, Endpoint endpoint) {
    return suffixOf(partition, endpoint).isPresent();
  }

  private static Optional<String> suffixOf(String partition, Endpoint endpoint) {
    return Arrays.stream(PARTITIONS)
        .filter(known -> known.partition.equals(partition))
        .map(known -> endpoint.dualStack() ? known.dualStack : known.suffix)
        .filter(suffix -> !suffix.isEmpty())
        .findFirst();
  }

  /** The host name. */
  @Override
  public String toString() {
    return "%s.dkr%secr%s.%s.%s"
        .formatted(
            account,
            endpoint.dualStack() ? "-" : ".",
            endpoint.fips() ? "-fips" : "",
            region,
            suffixOf(partition, endpoint).orElseThrow());
  }
}
