package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/** The downloads of one resolver: every layer of every pull shares its connections and memory. */
public final class LayerDownloads {
  /** A larger range saves no time, and a smaller one costs more requests (docs/performance.md). */
  private static final int LARGEST_RANGE = 8 << 20;

  private final EcrApi api;
  private final SdkAsyncHttpClient http;
  private final DownloadBudget budget;
  private final int parallelism;

  /**
   * @param http allows as many connections at a time; stays its owner's to close
   * @param parallelism how many ranges of one layer may be on their way at a time
   * @param connections how many ranges of all layers
   * @param bufferBytes how many bytes all buffers may have together
   */
  public LayerDownloads(
      EcrApi api, SdkAsyncHttpClient http, int parallelism, int connections, int bufferBytes) {
    this.api = api;
    this.http = http;
    this.parallelism = parallelism;
    this.budget = new DownloadBudget(connections, bufferBytes, LARGEST_RANGE);
  }

  /** A layer from an offset on. Nothing is asked for before the first read. */
  public BlobReader open(EcrReference reference, Descriptor layer, long offset) {
    return new LayerReader(
        new LayerSource(api, http, reference, layer.digest()),
        RangePlan.of(offset, layer.size(), parallelism, budget.largest()),
        budget);
  }
}
