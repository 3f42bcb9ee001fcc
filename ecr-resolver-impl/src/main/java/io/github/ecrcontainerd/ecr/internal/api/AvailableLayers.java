package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import software.amazon.awssdk.services.ecr.model.BatchCheckLayerAvailabilityResponse;
import software.amazon.awssdk.services.ecr.model.LayerAvailability;

/** Which blobs a repository has, by BatchCheckLayerAvailability. */
public record AvailableLayers(EcrApi api) {
  private static final String OPERATION = "BatchCheckLayerAvailability";

  /** How many layers one call may ask about (the operation's reference). */
  private static final int BATCH = 100;

  /** Those of these blobs that are there, with their sizes in bytes where the registry tells. */
  public Map<Digest, OptionalLong> of(EcrReference reference, Collection<Digest> blobs)
      throws InterruptedException {
    List<Digest> asked = blobs.stream().distinct().toList();
    Map<Digest, OptionalLong> available = new HashMap<>();
    for (int from = 0; from < asked.size(); from += BATCH) {
      List<String> batch =
          asked.subList(from, Math.min(from + BATCH, asked.size())).stream()
              .map(Digest::toString)
              .toList();
      BatchCheckLayerAvailabilityResponse answer =
          api.call(
              OPERATION,
              reference,
              null,
              ecr ->
                  ecr.batchCheckLayerAvailability(
                      request ->
                          request
                              .registryId(reference.account())
                              .repositoryName(reference.repository())
                              .layerDigests(batch)));
      answer.layers().stream()
          .filter(layer -> layer.layerAvailability() == LayerAvailability.AVAILABLE)
          .forEach(
              layer ->
                  available.put(
                      Digest.parse(layer.layerDigest()),
                      layer.layerSize() == null
                          ? OptionalLong.empty()
                          : OptionalLong.of(layer.layerSize())));
    }
    return available;
  }
}
