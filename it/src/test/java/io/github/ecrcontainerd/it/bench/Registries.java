package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.it.registry.DockerRegistry;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.Counters;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecr.EcrClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Where images come from: two ecr-local for {@code ecr}, one of them over TLS, in this process,
 * whose CPU nobody is charged with; and a docker-registry with the same images for the daemon's own
 * pull.
 */
final class Registries {
  /** For a server in this process. */
  private static final AttributeMap TRUSTING =
      AttributeMap.builder().put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true).build();

  private final LocalEcr ecr;
  private final LocalEcr overTls;
  private final Path authority;
  private final DockerRegistry registry;
  private final Limiter limiter;
  private final Samples samples;
  private final Set<Sample> copied = EnumSet.noneOf(Sample.class);
  private final Set<Sample> linked = EnumSet.noneOf(Sample.class);
  private int pushed;

  /**
   * Takes what stays its caller's to close.
   *
   * @param limiter before the docker-registry
   */
  Registries(LocalEcr ecr, LocalEcr overTls, DockerRegistry registry, Limiter limiter) {
    this.ecr = ecr;
    this.registry = registry;
    this.limiter = limiter;
    this.overTls = overTls;
    this.authority = overTls.repositoryPath("authority.pem");
    this.samples = new Samples(ecr);
    try {
      Files.writeString(authority, overTls.server().certificateAuthority().orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Samples samples() {
    return samples;
  }

  /** The file of the authority that clients of the ecr-local over TLS have to trust. */
  Path authority() {
    return authority;
  }

  private LocalEcr ecr(Link link) {
    return link.isOverTls() ? overTls : ecr;
  }

  /** The API of ecr-local. */
  URI endpoint(Link link) {
    return ecr(link).server().endpoint();
  }

  /** How layers of all registries travel from now on. */
  void link(Link link) {
    Conditions conditions = ecr(link).server().conditions();
    if (link.isLimited()) {
      conditions.bandwidthPerConnection(Link.BYTES_PER_SECOND).layerLatency(Link.FIRST_BYTE);
    } else {
      conditions.unlimitedBandwidth().layerLatency(Duration.ZERO);
    }
  }

  /** The reference of an image in the ecr-local of a link. */
  String reference(Sample sample, Link link) {
    var _ = samples.image(sample);
    if (link.isOverTls() && linked.add(sample)) {
      linkFiles(
          ecr.repositoryPath(sample.repository()), overTls.repositoryPath(sample.repository()));
    }
    return ecr.reference(sample.repository(), "latest");
  }

  /** One server at a time serves a directory: the other has the same files in its own. */
  private static void linkFiles(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.createLink(target, file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The reference that a push makes, in a repository that has nothing yet. */
  String freshReference(Link link) {
    pushed++;
    String repository = "pushed" + pushed;
    var _ = ecr(link).repository(repository);
    return ecr.reference(repository, "latest");
  }

  /** The reference of an image in docker-registry, over a link. */
  String dockerReference(Sample sample, Link link) {
    var _ = samples.image(sample);
    if (copied.add(sample)) {
      registry.fill(ecr.repositoryPath(sample.repository()), sample.repository());
    }
    int port = link.isLimited() ? limiter.port() : registry.port();
    return "127.0.0.1:%d/%s:latest".formatted(port, sample.repository());
  }

  /** The URL of a layer that ECR gives to who wants to download it. */
  String layerUrl(Sample sample, Digest layer, Link link) {
    var _ = reference(sample, link);
    try (EcrClient client =
        EcrClient.builder()
            .endpointOverride(endpoint(link))
            .httpClient(AwsCrtHttpClient.builder().buildWithDefaults(TRUSTING))
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

  /** What all have served since they started. */
  Served served() {
    Served served = new Served(registry.bytes(), registry.requests());
    for (LocalEcr each : List.of(ecr, overTls)) {
      Counters counters = each.server().counters();
      served =
          new Served(
              served.bytes + counters.layerBytes(),
              served.requests + counters.requests() + counters.layerTransfers().size());
    }
    return served;
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
