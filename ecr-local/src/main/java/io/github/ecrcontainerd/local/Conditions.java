package io.github.ecrcontainerd.local;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The server's bandwidth, latency, limits and faults. Each may be changed at any time, by any
 * thread, and applies to requests that begin afterwards. A new instance has no limit, no delay and
 * no fault.
 */
public final class Conditions {
  /** The maximum that S3 allows in X-Amz-Expires. */
  private static final Duration LONGEST_URL_LIFETIME = Duration.ofDays(7);

  /** The maximum that UploadLayerPart accepts (LayerPartBlob in the model of ECR's API). */
  private static final long LARGEST_PART = 20_971_520;

  private volatile long bandwidth;
  private volatile Duration latency = Duration.ZERO;
  private volatile Duration urlLifetime = Duration.ofHours(1);
  private volatile long partSize = 10L << 20;
  private volatile LayerFaults layerFaults = request -> LayerFault.none();
  private volatile ApiFaults apiFaults = request -> ApiFault.none();
  private final Map<Operation, Double> rates = new ConcurrentHashMap<>();

  /** How many bytes of a layer one connection gets per second. */
  public Conditions bandwidthPerConnection(long bytesPerSecond) {
    requirePositive(bytesPerSecond, "A bandwidth");
    bandwidth = bytesPerSecond;
    return this;
  }

  /** Sends layers as fast as possible, which is the default. */
  public Conditions unlimitedBandwidth() {
    bandwidth = 0;
    return this;
  }

  public OptionalLong bandwidthPerConnection() {
    long limit = bandwidth;
    return limit == 0 ? OptionalLong.empty() : OptionalLong.of(limit);
  }

  /** How long a layer request waits for its first byte. Default: no wait. */
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
   * How long a layer URL is valid: whole seconds, at least one, at most seven days. Default: an
   * hour. A URL may expire up to a second early, because its creation time is in whole seconds too.
   */
  public Conditions urlLifetime(Duration lifetime) {
    if (lifetime.toSeconds() < 1 || lifetime.compareTo(LONGEST_URL_LIFETIME) > 0) {
      throw new IllegalArgumentException("A URL lifetime is 1 s to 7 days, not " + lifetime);
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

  /** How many calls of an operation are answered per second; the others are throttled. */
  public Conditions requestRate(Operation operation, double perSecond) {
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("A rate is more than 0 a second, not " + perSecond);
    }
    rates.put(operation, perSecond);
    return this;
  }

  /**
   * Limits the calls as Amazon ECR does: its published quotas for each account and Region ("Amazon
   * ECR service quotas"). The other operations stay as they are.
   */
  public Conditions requestRatesOfEcr() {
    return requestRate(Operation.BATCH_CHECK_LAYER_AVAILABILITY, 1_000)
        .requestRate(Operation.BATCH_GET_IMAGE, 2_000)
        .requestRate(Operation.GET_DOWNLOAD_URL_FOR_LAYER, 3_000)
        .requestRate(Operation.INITIATE_LAYER_UPLOAD, 100)
        .requestRate(Operation.UPLOAD_LAYER_PART, 500)
        .requestRate(Operation.COMPLETE_LAYER_UPLOAD, 100)
        .requestRate(Operation.PUT_IMAGE, 10);
  }

  /** Answers all calls of an operation, which is the default. */
  public Conditions unlimitedRequestRate(Operation operation) {
    rates.remove(operation);
    return this;
  }

  public OptionalDouble requestRate(Operation operation) {
    @Nullable Double rate = rates.get(operation);
    return rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate);
  }

  /** The rule for faults of the layer endpoint. Default: no faults. */
  public Conditions layerFaults(LayerFaults rule) {
    layerFaults = rule;
    return this;
  }

  public LayerFaults layerFaults() {
    return layerFaults;
  }

  /** The rule for faults of the API. Default: no faults. */
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
