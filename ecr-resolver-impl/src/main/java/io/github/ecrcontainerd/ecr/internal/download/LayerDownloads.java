package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.ecr.internal.mirror.Mirrors;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.TransferListener;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/** The downloads of one resolver: every layer of every pull shares its connections and memory. */
public final class LayerDownloads {
  private final EcrApi api;
  private final Mirrors mirrors;
  private final SdkAsyncHttpClient http;
  private final RangeScheduler scheduler;
  private final int parallelism;
  private final TransferListener listener;

  /**
   * @param mirrors where layers are looked for first
   * @param http an HTTP client that allows {@code connections} at a time; its owner closes it
   * @param parallelism how many ranges of one layer may be in progress at a time; 0 or 1 for no
   *     ranges: then {@code http} must not end connections that wait for their reader
   * @param connections how many ranges of all layers may be in progress at a time
   * @param bufferBytes the total size of all buffers, in bytes
   * @param listener receives retries, hedges and renewed URLs
   */
  public LayerDownloads(
      EcrApi api,
      Mirrors mirrors,
      SdkAsyncHttpClient http,
      int parallelism,
      int connections,
      int bufferBytes,
      TransferListener listener) {
    this.api = api;
    this.mirrors = mirrors;
    this.http = http;
    this.parallelism = parallelism;
    this.listener = listener;
    this.scheduler =
        new RangeScheduler(
            connections, bufferBytes, RangePlan.maxBufferBytes(parallelism, bufferBytes));
  }

  /** Opens a layer at an offset. Sends no request before the first read. */
  public BlobReader open(EcrReference reference, Descriptor layer, long offset) {
    return new LayerReader(
        new LayerSource(api, mirrors, http, reference, layer, listener),
        RangePlan.of(offset, layer.size(), parallelism, scheduler.maxBufferBytes()),
        scheduler);
  }
}
