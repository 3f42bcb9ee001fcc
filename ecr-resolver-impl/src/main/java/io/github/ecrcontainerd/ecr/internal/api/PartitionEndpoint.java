package io.github.ecrcontainerd.ecr.internal.api;

import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.endpoints.Endpoint;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.services.ecr.endpoints.EcrEndpointParams;
import software.amazon.awssdk.services.ecr.endpoints.EcrEndpointProvider;

/**
 * Finds the API's endpoint. The SDK determines it by the region alone; this provider refuses a
 * region of another partition than the reference's. An endpoint that was set, by an option or by
 * the SDK's own settings, applies to every reference. That includes a reference with a FIPS or
 * dual-stack host, which the SDK would refuse.
 */
record PartitionEndpoint(String partition) implements EcrEndpointProvider {

  @Override
  public CompletableFuture<Endpoint> resolveEndpoint(EcrEndpointParams asked) {
    if (asked.endpoint() != null) {
      return EcrEndpointProvider.defaultProvider()
          .resolveEndpoint(asked.toBuilder().useFips(false).useDualStack(false).build());
    }
    String actual = PartitionMetadata.of(asked.region()).id();
    if (!actual.equals(partition)) {
      return CompletableFuture.failedFuture(
          SdkClientException.create(
              "the AWS SDK finds the region %s in the partition %s, not in %s"
                  .formatted(asked.region(), actual, partition)));
    }
    return EcrEndpointProvider.defaultProvider().resolveEndpoint(asked);
  }
}
