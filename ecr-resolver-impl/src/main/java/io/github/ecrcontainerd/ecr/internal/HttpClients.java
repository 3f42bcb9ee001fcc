package io.github.ecrcontainerd.ecr.internal;

import java.time.Duration;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;

/**
 * The CRT HTTP clients of one resolver: one for the API's short calls, one for layers, whose stalls
 * are to be seen sooner. Both run on the CRT's shared event loops.
 */
final class HttpClients implements AutoCloseable {
  /** Above 1 MiB a connection gains nothing, and slow readers hold what it has. */
  private static final long READ_BUFFER_BYTES = 1 << 20;

  /** The pool's own wait may not end before a TLS handshake that fails: it would hide its error. */
  private static final Duration ACQUISITION = Duration.ofSeconds(40);

  /** The CRT has no other time-out of a read: a connection below a byte a second is dead. */
  private static final Duration API_STALL = Duration.ofSeconds(60);

  private static final Duration LAYER_STALL = Duration.ofSeconds(15);
  private static final int API_CONNECTIONS = 32;

  private final SdkAsyncHttpClient api;
  private final SdkAsyncHttpClient layers;

  HttpClients(int layerConnections) {
    this.api = client(API_CONNECTIONS, API_STALL);
    this.layers = client(layerConnections, LAYER_STALL);
  }

  private static SdkAsyncHttpClient client(int connections, Duration stall) {
    return AwsCrtAsyncHttpClient.builder()
        .maxConcurrency(connections)
        .readBufferSizeInBytes(READ_BUFFER_BYTES)
        .connectionTimeout(Duration.ofSeconds(10))
        .connectionAcquisitionTimeout(ACQUISITION)
        .connectionHealthConfiguration(
            health -> health.minimumThroughputInBps(1L).minimumThroughputTimeout(stall))
        .build();
  }

  SdkAsyncHttpClient api() {
    return api;
  }

  SdkAsyncHttpClient layers() {
    return layers;
  }

  @Override
  public void close() {
    api.close();
    layers.close();
  }
}
