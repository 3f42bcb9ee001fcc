package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.ecr.internal.api.AvailableLayers;
import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.ecr.internal.api.EcrClients;
import io.github.ecrcontainerd.ecr.internal.download.LayerDownloads;
import io.github.ecrcontainerd.ecr.internal.events.Recorder;
import io.github.ecrcontainerd.ecr.internal.events.ResolveEvent;
import io.github.ecrcontainerd.ecr.internal.foreign.ForeignLayers;
import io.github.ecrcontainerd.ecr.internal.http.HttpClients;
import io.github.ecrcontainerd.ecr.internal.mirror.Mirrors;
import io.github.ecrcontainerd.ecr.internal.upload.PartBodies;
import io.github.ecrcontainerd.ecr.internal.upload.UploadBudget;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Owns the resources of one resolver: HTTP connections, the clients that use them, and the
 * downloads' memory.
 */
public final class EcrRegistry implements AutoCloseable {
  private final HttpClients http;
  private final EcrClients clients;
  private final EcrApi api;
  private final ManifestSource manifests;
  private final LayerDownloads layers;
  private final TransferListener listener;
  private final ForeignLayers foreign;
  private final UploadBudget uploads = new UploadBudget();
  private final AtomicBoolean closed = new AtomicBoolean();

  public EcrRegistry(ResolverOptions options) {
    this.http =
        options
            .http()
            .map(HttpClients::of)
            .orElseGet(() -> HttpClients.open(options.connections(), options.connectTimeout()));
    this.clients =
        new EcrClients(
            http.api(),
            http::peerOf,
            options.configuration().andThen(PartBodies::configure),
            options.credentials(),
            options.endpoint(),
            options.apiTimeout());
    this.api = new EcrApi(clients, options.apiTimeout().multipliedBy(4), options.listener());
    Mirrors mirrors =
        new Mirrors(options.mirrors(), http.layers(), ManifestSource.MAX_MANIFEST_BYTES);
    this.manifests = new ManifestSource(api, mirrors);
    this.layers =
        new LayerDownloads(
            api,
            mirrors,
            http.layers(),
            options.parallelism(),
            options.connections(),
            options.bufferBytes(),
            options.listener());
    this.listener = options.listener();
    this.foreign = new ForeignLayers(options.allowPrivateForeignLayerUrls());
  }

  /** Resolves a reference. */
  public Resolution resolve(EcrReference reference) throws InterruptedException {
    Resolution image = find(reference);
    // The descriptor is known only from the answer, which already contains all bytes.
    ObservedTransfer transfer = ObservedTransfer.begin(listener, image.target(), 0);
    transfer.moved(image.target().size());
    transfer.completed();
    return image;
  }

  private Resolution find(EcrReference reference) throws InterruptedException {
    ResolveEvent event = Recorder.isOn() ? new ResolveEvent(reference) : null;
    Descriptor found = null;
    try {
      Resolution image = manifests.resolve(reference);
      found = image.target();
      return image;
    } finally {
      if (event != null) {
        event.ended(found);
      }
    }
  }

  public Fetcher fetcher(EcrReference reference) {
    return new ObservedFetcher(
        new EcrFetcher(
            reference, manifests, layers, new AvailableLayers(api), new ReferrerList(api), foreign),
        listener);
  }

  public Pusher pusher(EcrReference reference) {
    return new ObservedPusher(new EcrPusher(reference, api, uploads), listener);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      clients.close();
      http.close();
    }
  }
}
