package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Repository;
import java.io.IOException;
import java.math.BigDecimal;

/** ECR's Repository. */
record RepositoryAnswer(
    String repositoryArn,
    String registryId,
    String repositoryName,
    String repositoryUri,
    BigDecimal createdAt,
    String imageTagMutability,
    Scanning imageScanningConfiguration,
    Encryption encryptionConfiguration) {

  record Scanning(boolean scanOnPush) {}

  record Encryption(String encryptionType) {}

  static RepositoryAnswer of(Repository repository, String registryId, String region)
      throws IOException {
    String name = repository.name().value();
    return new RepositoryAnswer(
        "arn:%s:ecr:%s:%s:repository/%s".formatted(partition(region), region, registryId, name),
        registryId,
        name,
        "%s.dkr.ecr.%s.%s/%s".formatted(registryId, region, suffix(region), name),
        Json.timestamp(repository.createdAt()),
        repository.tagMutability().name(),
        new Scanning(false),
        new Encryption("AES256"));
  }

  private static String partition(String region) {
    if (region.startsWith("cn-")) {
      return "aws-cn";
    }
    return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  }

  private static String suffix(String region) {
    return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  }
}
