package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ecr.model.BatchCheckLayerAvailabilityResponse;
import software.amazon.awssdk.services.ecr.model.LayerAvailability;

/** Which layers a repository has, and their sizes, by BatchCheckLayerAvailability. */
record LayerSizes(EcrApi api) {
  private static final String OPERATION = "BatchCheckLayerAvailability";

  /** How many layers one call may ask about (the operation's reference). */
  private static final int BATCH = 100;

  /** The sizes in bytes of those that are there. */
  Map<Digest, Long> of(EcrReference reference, Collection<Digest> layers)
      throws InterruptedException {
    List<Digest> asked = layers.stream().distinct().toList();
    Map<Digest, Long> sizes = new HashMap<>();
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
          .filter(layer -> layer.layerSize() != null)
          .forEach(layer -> sizes.put(Digest.parse(layer.layerDigest()), layer.layerSize()));
    }
    return sizes;
  }
}
