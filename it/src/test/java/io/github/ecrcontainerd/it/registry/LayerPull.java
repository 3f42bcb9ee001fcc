package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerFaults;
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/**
 * An image of one layer, in its own ECR and namespace: all counters belong to this pull, even while
 * other pulls run.
 */
public final class LayerPull implements AutoCloseable {
  private static final String REPOSITORY = "app";
  private static final Duration SOON = Duration.ofSeconds(10);

  private final Containerd daemon;
  private final LocalEcr ecr = LocalEcr.open();
  private final String namespace = "n" + UUID.randomUUID();
  private final ContainerdClient containerd;
  private final Descriptor layer;
  private final Map<Long, Long> askedAt = new ConcurrentHashMap<>();

  public LayerPull(Containerd daemon, int size) {
    this.daemon = daemon;
    this.containerd =
        ContainerdClient.builder().address(daemon.socket()).namespace(namespace).build();
    OciLayout layout = ecr.repository(REPOSITORY);
    this.layer = NoiseImage.layer(layout, namespace.hashCode(), size);
    NoiseImage.tag(layout, "latest", List.of(layer));
  }

  public Descriptor layer() {
    return layer;
  }

  public ContainerdClient containerd() {
    return containerd;
  }

  public String namespace() {
    return namespace;
  }

  public String reference() {
    return ecr.reference(REPOSITORY, "latest");
  }

  /** Sets the faults of the requests for the layer, not of those for its configuration. */
  public void faults(LayerFaults rule) {
    conditions()
        .layerFaults(
            request -> {
              if (!request.digest().equals(layer.digest())) {
                return LayerFault.none();
              }
              askedAt.put(request.number(), System.nanoTime());
              return rule.of(request);
            });
  }

  /** The conditions of its ECR. */
  Conditions conditions() {
    return ecr.server().conditions();
  }

  /** The URL of the ECR's API. */
  public String endpoint() {
    return ecr.server().endpoint().toString();
  }

  /** A builder of resolvers for its ECR. The caller closes them. */
  EcrResolver.Builder resolver() {
    return ecr.resolver();
  }

  /** Pulls it, with a new resolver. */
  void run(int parallelism) throws InterruptedException {
    try (EcrResolver resolver = ecr.resolver().layerDownloadParallelism(parallelism).build()) {
      containerd.pull(reference(), resolver, PullOptions.builder().unpack(false).build());
    }
  }

  /** Ends all faults, and resets the counters. */
  public void mend() throws InterruptedException {
    served();
    faults(request -> LayerFault.none());
    ecr.server().counters().reset();
  }

  /** The answers to requests for the layer, after all of them have ended. */
  public Served served() throws InterruptedException {
    try {
      ecr.server().counters().awaitIdle(SOON);
    } catch (TimeoutException e) {
      throw new AssertionError(
          "The pull has ended, but not its requests: " + ecr.server().counters().layerTransfers(),
          e);
    }
    List<LayerTransfer> transfers =
        ecr.server().counters().layerTransfers().stream()
            .filter(transfer -> transfer.digest().equals(layer.digest()))
            .toList();
    return new Served(layer.size(), transfers, Map.copyOf(askedAt));
  }

  /** How often a URL for the layer was requested. */
  long urls() {
    // The configuration is a blob, too: one URL is for it.
    return ecr.server().counters().requests(Operation.GET_DOWNLOAD_URL_FOR_LAYER) - 1;
  }

  /** How many requests had a URL that was not valid any more. */
  long refused() {
    return ecr.server().counters().refusedLayerRequests();
  }

  /** The ref of the layer's ingest. */
  public String ingest() {
    return "layer-" + layer.digest();
  }

  /** Checks that the daemon has the image, and reads the right bytes of the layer. */
  public void assertStored() throws InterruptedException {
    assertThat(ctr("images", "check")).contains(reference(), "complete (2/2)");
    MessageDigest hash = layer.digest().algorithm().newHash();
    try (BlobReader reader = containerd.content().read(layer.digest(), 0)) {
      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        hash.update(bytes);
      }
    }
    assertThat(Digest.of(layer.digest().algorithm(), hash)).isEqualTo(layer.digest());
  }

  /** Checks that the daemon's own tool lists no lease of a running pull. */
  void assertNoLease() {
    assertThat(daemon.heldLeases("-n", namespace)).isEmpty();
  }

  /** Checks that the daemon's own tool lists no uncommitted ingest. */
  public void assertNoIngest() {
    assertThat(ctr("content", "active").lines().skip(1)).isEmpty();
  }

  private String ctr(String command, String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "-n";
    all[1] = namespace;
    all[2] = command;
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return daemon.ctr(all);
  }

  @Override
  public void close() {
    containerd.close();
    ecr.close();
  }
}
