package io.github.ecrcontainerd.it.faults;

import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.ApiRequest;
import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.Counters;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerRequest;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The rules of an ECR that wait for a cell's moment. Then one answer goes wrong, or is held until
 * something else has gone wrong.
 */
final class Trap {
  private final Cell cell;
  private final List<Descriptor> layers;
  private final Counters counters;
  private final CompletableFuture<Void> reached = new CompletableFuture<>();
  private final CompletableFuture<Void> goOn = new CompletableFuture<>();
  private final Map<Long, Long> askedAt = new ConcurrentHashMap<>();
  private boolean sprung;
  private @Nullable Digest first;

  private Trap(Cell cell, List<Descriptor> layers, Counters counters) {
    this.cell = cell;
    this.layers = layers;
    this.counters = counters;
  }

  /** Sets one. */
  static Trap set(Cell cell, List<Descriptor> layers, Conditions conditions, Counters counters) {
    Trap trap = new Trap(cell, layers, counters);
    conditions.layerFaults(trap::ofLayer).apiFaults(trap::ofCall);
    return trap;
  }

  /** Completes at the moment, where an answer of the registry is in it. */
  CompletableFuture<Void> reached() {
    return reached;
  }

  /** Whether all bytes of the layer that was requested first are sent. */
  boolean oneLayerIsServed() {
    return firstLayer()
        .map(layer -> counters.layerBytes(layer.digest()) >= layer.size())
        .orElse(false);
  }

  /** Ends all faults, and lets go what is held. */
  void goOn() {
    synchronized (this) {
      sprung = true;
    }
    goOn.complete(null);
  }

  /** When each request for a layer came, by its number, in nanoseconds. */
  Map<Long, Long> askedAt() {
    return Map.copyOf(askedAt);
  }

  private synchronized Optional<Descriptor> firstLayer() {
    return layers.stream().filter(layer -> layer.digest().equals(first)).findFirst();
  }

  private synchronized LayerFault ofLayer(LayerRequest request) {
    askedAt.put(request.number(), System.nanoTime());
    boolean ofALayer = layers.stream().anyMatch(layer -> layer.digest().equals(request.digest()));
    if (!ofALayer || goOn.isDone()) {
      return LayerFault.none();
    }
    return switch (cell.moment()) {
      case BEFORE_THE_FIRST_BYTE -> LayerFault.holdAfter(0, () -> goOn);
      case BETWEEN_LAYERS -> {
        first = first == null ? request.digest() : first;
        yield request.digest().equals(first)
            ? LayerFault.none()
            : LayerFault.holdAfter(0, () -> goOn);
      }
      case UNPACKING_BY_THE_DAEMON, PUSH -> LayerFault.none();
      case FIRST_BYTE, MIDDLE_OF_A_RANGE, LAST_BYTE, COMMIT, UNPACKING, COPY -> inALayer(request);
    };
  }

  private LayerFault inALayer(LayerRequest request) {
    // What is unpacked in the middle of a layer is the lowest one: others wait for it.
    Descriptor target = layers.get(cell.moment() == Moment.UNPACKING ? 0 : 1);
    long first = request.range().first();
    long end = request.range().end();
    long at =
        switch (cell.moment()) {
          case FIRST_BYTE -> 0;
          case LAST_BYTE, COMMIT -> target.size() - 1;
          default -> target.size() / 2;
        };
    if (sprung || !request.digest().equals(target.digest()) || at < first || at >= end) {
      return LayerFault.none();
    }
    sprung = true;
    long length = request.range().length();
    long place =
        switch (cell.moment()) {
          case FIRST_BYTE -> 0;
          case LAST_BYTE -> length - 1;
          case COMMIT -> length;
          default -> length / 2;
        };
    if (cell.incident().isOfTheRegistry()) {
      reached.complete(null);
      return cell.incident().ofLayer(place);
    }
    return LayerFault.holdAfter(
        place,
        () -> {
          reached.complete(null);
          return goOn;
        });
  }

  private synchronized ApiFault ofCall(ApiRequest request) {
    boolean now =
        switch (cell.moment()) {
          case BEFORE_THE_FIRST_BYTE -> request.operation() == Operation.BATCH_GET_IMAGE;
          case PUSH -> request.operation() == Operation.UPLOAD_LAYER_PART;
          default -> false;
        };
    if (!now || sprung) {
      return ApiFault.none();
    }
    sprung = true;
    reached.complete(null);
    return cell.incident().isOfTheRegistry() ? cell.incident().ofCall() : ApiFault.none();
  }
}
