package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.ecr.internal.api.EcrClients;
import io.github.ecrcontainerd.ecr.internal.download.LayerDownloads;
import io.github.ecrcontainerd.ecr.internal.foreign.ForeignLayers;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import java.net.URI;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Owns what one resolver has: HTTP connections, the clients over them, and the downloads' memory.
 */
public final class EcrRegistry implements AutoCloseable {
  private final HttpClients http;
  private final EcrClients clients;
  private final EcrApi api;
  private final ManifestSource manifests;
  private final LayerDownloads layers;
  private final ForeignLayers foreign;

  public EcrRegistry(
      Optional<AwsCredentialsProvider> credentials,
      Optional<URI> endpoint,
      int parallelism,
      int connections,
      int bufferBytes,
      boolean allowPrivateForeignLayerUrls) {
    this.http = new HttpClients(connections);
    this.clients = new EcrClients(http.api(), credentials, endpoint);
    this.api = new EcrApi(clients);
    this.manifests = new ManifestSource(api);
    this.layers = new LayerDownloads(api, http.layers(), parallelism, connections, bufferBytes);
    this.foreign = new ForeignLayers(allowPrivateForeignLayerUrls);
  }

  /** What a reference names. */
  public Resolution resolve(String text) throws InterruptedException {
    EcrReference reference = EcrReference.parse(text);
    Descriptor target = manifests.resolve(reference);
    return new Resolution(reference.toString(), target);
  }

  public Fetcher fetcher(String reference) {
    return new EcrFetcher(
        EcrReference.parse(reference), manifests, layers, new LayerSizes(api), foreign);
  }

  public Pusher pusher(String reference) {
    return new EcrPusher(EcrReference.parse(reference), api);
  }

  @Override
  public void close() {
    clients.close();
    http.close();
  }
}
