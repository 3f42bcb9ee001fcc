package io.github.ecrcontainerd.ecr.internal.rate;

import io.github.ecrcontainerd.resolver.EcrReference;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The token buckets of all operations of this process, by ECR's published quotas ("Amazon ECR
 * service quotas", for each account and Region). The account that calls is not known before its
 * credentials are used, so the registry's account stands for it: nodes pull from one registry with
 * one account, as a rule.
 */
public final class Quotas {
  /** Calls a second. An operation without a published quota is not paced. */
  private static final Map<String, Integer> PER_SECOND =
      Map.of(
          "BatchCheckLayerAvailability", 1_000,
          "BatchGetImage", 2_000,
          "GetDownloadUrlForLayer", 3_000,
          "InitiateLayerUpload", 100,
          "UploadLayerPart", 500,
          "CompleteLayerUpload", 100,
          "PutImage", 10);

  /** Those used last are kept. To forget one means that its rate is the quota again. */
  private static final int MAX_REGISTRIES = 1_000;

  private static final Quotas SHARED = new Quotas(Pacer.SYSTEM);

  private final Pacer pacer;
  private final Map<Registry, Map<String, TokenBucket>> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Registry, Map<String, TokenBucket>> eldest) {
          return size() > MAX_REGISTRIES;
        }
      };

  private record Registry(
      String account,
      String partition,
      String region,
      EcrReference.Endpoint kind,
      Optional<URI> endpoint) {}

  /** Those of a process whose clock this is. */
  public Quotas(Pacer pacer) {
    this.pacer = pacer;
  }

  /** Those that all resolvers of this process share. */
  public static Quotas shared() {
    return SHARED;
  }

  /**
   * The bucket of an operation; empty if the operation is not paced.
   *
   * @param endpoint the endpoint that is set, instead of the region's own
   */
  public Optional<TokenBucket> of(
      String operation, EcrReference reference, Optional<URI> endpoint) {
    Integer perSecond = PER_SECOND.get(operation);
    if (perSecond == null) {
      return Optional.empty();
    }
    Registry registry =
        new Registry(
            reference.account(),
            reference.partition(),
            reference.region(),
            reference.endpoint(),
            endpoint);
    Map<String, TokenBucket> ofRegistry;
    synchronized (buckets) {
      ofRegistry = buckets.computeIfAbsent(registry, _ -> new ConcurrentHashMap<>());
    }
    return Optional.of(
        ofRegistry.computeIfAbsent(operation, _ -> new TokenBucket(perSecond, pacer)));
  }
}
