package io.github.ecrcontainerd.local;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How fast, how far away and how broken the server is. Each may be changed at any time, by any
 * thread, and holds for the requests that begin afterwards. A new one is a perfect world: no limit,
 * no delay, no fault.
 */
public final class Conditions {
  /** What S3 allows in X-Amz-Expires. */
  private static final Duration LONGEST_URL_LIFETIME = Duration.ofDays(7);

  /** What UploadLayerPart takes at most (LayerPartBlob in the model of ECR's API). */
  private static final long LARGEST_PART = 20_971_520;

  private volatile long bandwidth;
  private volatile Duration latency = Duration.ZERO;
  private volatile Duration urlLifetime = Duration.ofHours(1);
  private volatile long partSize = 10L << 20;
  private volatile LayerFaults layerFaults = request -> LayerFault.none();
  private volatile ApiFaults apiFaults = request -> ApiFault.none();
  private final Map<Operation, Double> rates = new ConcurrentHashMap<>();

  /** How many bytes of a layer one connection gets in a second. */
  public Conditions bandwidthPerConnection(long bytesPerSecond) {
    requirePositive(bytesPerSecond, "A bandwidth");
    bandwidth = bytesPerSecond;
    return this;
  }

  /** Layers come as fast as they can: the default. */
  public Conditions unlimitedBandwidth() {
    bandwidth = 0;
    return this;
  }

  public OptionalLong bandwidthPerConnection() {
    long limit = bandwidth;
    return limit == 0 ? OptionalLong.empty() : OptionalLong.of(limit);
  }

  /** How long a layer request waits for its first byte. Default: not at all. */
  public Conditions layerLatency(Duration untilFirstByte) {
    if (untilFirstByte.isNegative()) {
      throw new IllegalArgumentException("A latency can't be negative: " + untilFirstByte);
    }
    latency = untilFirstByte;
    return this;
  }

  public Duration layerLatency() {
    return latency;
  }

  /**
   * How long a layer URL lives: whole seconds, at least one, at most seven days. Default: an hour.
   * As its time of birth is written in whole seconds too, a URL dies up to a second early.
   */
  public Conditions urlLifetime(Duration lifetime) {
    if (lifetime.toSeconds() < 1 || lifetime.compareTo(LONGEST_URL_LIFETIME) > 0) {
      throw new IllegalArgumentException("A URL lives from 1 s to 7 days, not " + lifetime);
    }
    urlLifetime = lifetime;
    return this;
  }

  public Duration urlLifetime() {
    return urlLifetime;
  }

  /** The size of a layer part that InitiateLayerUpload asks for. Default: 10 MiB, as ECR. */
  public Conditions partSize(long bytes) {
    requirePositive(bytes, "A part size");
    if (bytes > LARGEST_PART) {
      throw new IllegalArgumentException("A part has at most " + LARGEST_PART + " bytes");
    }
    partSize = bytes;
    return this;
  }

  public long partSize() {
    return partSize;
  }

  /** How many calls of an operation are answered in a second; the others are throttled. */
  public Conditions requestRate(Operation operation, double perSecond) {
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("A rate is more than 0 a second, not " + perSecond);
    }
    rates.put(operation, perSecond);
    return this;
  }

  /** All calls of an operation are answered: the default. */
  public Conditions unlimitedRequestRate(Operation operation) {
    rates.remove(operation);
    return this;
  }

  public OptionalDouble requestRate(Operation operation) {
    @Nullable Double rate = rates.get(operation);
    return rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate);
  }

  /** What goes wrong at the layer endpoint. Default: nothing. */
  public Conditions layerFaults(LayerFaults rule) {
    layerFaults = rule;
    return this;
  }

  public LayerFaults layerFaults() {
    return layerFaults;
  }

  /** What goes wrong at the API. Default: nothing. */
  public Conditions apiFaults(ApiFaults rule) {
    apiFaults = rule;
    return this;
  }

  public ApiFaults apiFaults() {
    return apiFaults;
  }

  private static void requirePositive(long value, String what) {
    if (value <= 0) {
      throw new IllegalArgumentException(what + " is more than 0, not " + value);
    }
  }
}
