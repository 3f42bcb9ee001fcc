package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.it.registry.DockerRegistry;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.resolver.Digest;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecr.EcrClient;

/**
 * Where images come from: an ecr-local for {@code ecr}, in this process, whose CPU nobody is
 * charged with; and a docker-registry with the same images for the daemon's own pull.
 */
final class Registries {
  private final LocalEcr ecr;
  private final DockerRegistry registry;
  private final Limiter limiter;
  private final Samples samples;
  private final Set<Sample> copied = EnumSet.noneOf(Sample.class);
  private int pushed;

  /**
   * Takes what stays its caller's to close.
   *
   * @param limiter before the docker-registry
   */
  Registries(LocalEcr ecr, DockerRegistry registry, Limiter limiter) {
    this.ecr = ecr;
    this.registry = registry;
    this.limiter = limiter;
    this.samples = new Samples(ecr);
  }

  Samples samples() {
    return samples;
  }

  /** The API of ecr-local. */
  URI endpoint() {
    return ecr.server().endpoint();
  }

  /** How layers of both registries travel from now on. */
  void link(Link link) {
    Conditions conditions = ecr.server().conditions();
    if (link == Link.LIMITED) {
      conditions.bandwidthPerConnection(Link.BYTES_PER_SECOND).layerLatency(Link.FIRST_BYTE);
    } else {
      conditions.unlimitedBandwidth().layerLatency(Duration.ZERO);
    }
  }

  /** The reference of an image in ecr-local. */
  String reference(Sample sample) {
    var _ = samples.image(sample);
    return ecr.reference(sample.repository(), "latest");
  }

  /** The reference that a push makes, in a repository that has nothing yet. */
  String freshReference() {
    pushed++;
    String repository = "pushed" + pushed;
    var _ = ecr.repository(repository);
    return ecr.reference(repository, "latest");
  }

  /** The reference of an image in docker-registry, over a link. */
  String dockerReference(Sample sample, Link link) {
    var _ = samples.image(sample);
    if (copied.add(sample)) {
      registry.fill(ecr.repositoryPath(sample.repository()), sample.repository());
    }
    int port = link == Link.LIMITED ? limiter.port() : registry.port();
    return "127.0.0.1:%d/%s:latest".formatted(port, sample.repository());
  }

  /** The URL of a layer that ECR gives to who wants to download it. */
  String layerUrl(Sample sample, Digest layer) {
    try (EcrClient client =
        EcrClient.builder()
            .endpointOverride(endpoint())
            .region(Region.US_WEST_2)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
            .build()) {
      return client
          .getDownloadUrlForLayer(
              request -> request.repositoryName(sample.repository()).layerDigest(layer.toString()))
          .downloadUrl();
    }
  }

  /** What both have served since they started. */
  Served served() {
    var counters = ecr.server().counters();
    return new Served(
        counters.layerBytes() + registry.bytes(),
        counters.requests() + counters.layerTransfers().size() + registry.requests());
  }

  /**
   * What was served.
   *
   * @param bytes of layers and, by docker-registry, documents
   * @param requests for anything
   */
  record Served(long bytes, long requests) {
    Served since(Served before) {
      return new Served(bytes - before.bytes, requests - before.requests);
    }
  }
}
