package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ecr.model.BatchCheckLayerAvailabilityResponse;
import software.amazon.awssdk.services.ecr.model.Layer;
import software.amazon.awssdk.services.ecr.model.LayerAvailability;

/** Checks which blobs a repository has, by BatchCheckLayerAvailability. */
public record AvailableLayers(EcrApi api) {
  private static final String OPERATION = "BatchCheckLayerAvailability";

  /** The maximum number of layers in one call (the operation's reference). */
  private static final int MAX_LAYERS = 100;

  /**
   * Returns those of the given blobs that the repository has, with their sizes in bytes if the
   * registry states them.
   */
  public Map<Digest, OptionalLong> of(EcrReference reference, Collection<Digest> blobs)
      throws InterruptedException {
    List<Digest> asked = blobs.stream().distinct().toList();
    Map<Digest, OptionalLong> available = new HashMap<>();
    for (int from = 0; from < asked.size(); from += MAX_LAYERS) {
      Map<String, Digest> batch =
          asked.subList(from, Math.min(from + MAX_LAYERS, asked.size())).stream()
              .collect(Collectors.toMap(Digest::toString, Function.identity()));
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
                              .layerDigests(batch.keySet())));
      for (Layer layer : answer.layers()) {
        Digest digest = batch.get(layer.layerDigest());
        if (digest != null && layer.layerAvailability() == LayerAvailability.AVAILABLE) {
          Long size = layer.layerSize();
          available.put(digest, size == null ? OptionalLong.empty() : OptionalLong.of(size));
        }
      }
    }
    return available;
  }
}
