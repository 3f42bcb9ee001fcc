package io.github.ecrcontainerd.ecr.internal.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.crt.ProxyConfiguration;

/**
 * The HTTP clients of one resolver. Its own clients are the CRT's: one for the API's short calls,
 * and one for layers, whose downloads detect stalls sooner than the CRT. Both run on the CRT's
 * shared event loops.
 */
public final class HttpClients implements AutoCloseable {
  /** A larger buffer doesn't make a connection faster, and slow readers hold the whole buffer. */
  private static final long READ_BUFFER_BYTES = 1 << 20;

  /** The pool's timeout must be longer than a failing TLS handshake, or it would hide its error. */
  private static final Duration ACQUISITION = Duration.ofSeconds(40);

  /**
   * The CRT has no other read timeout: a connection below one byte per second counts as dead.
   * Layers don't use it. Their downloads watch each request themselves and detect stalls sooner,
   * and a connection that waits for its reader is not dead.
   */
  private static final Duration API_STALL = Duration.ofSeconds(60);

  private static final int API_CONNECTIONS = 32;

  /**
   * A manifest has at most 4 MiB, and JSON needs at most six bytes for one of its characters. The
   * list of the layers that are there is shorter.
   */
  private static final int LARGEST_API_ANSWER = 32 << 20;

  private static final CertificateCheck CHECK = new CertificateCheck(Trust::ofThisProcess);

  private final SdkAsyncHttpClient api;
  private final SdkAsyncHttpClient layers;
  private final ProxySettings proxies;
  private final boolean owned;

  private HttpClients(
      SdkAsyncHttpClient api, SdkAsyncHttpClient layers, ProxySettings proxies, boolean owned) {
    this.api = new BoundedHttpClient(api, LARGEST_API_ANSWER);
    this.layers = layers;
    this.proxies = proxies;
    this.owned = owned;
  }

  /**
   * Opens clients that the resolver owns.
   *
   * @param layerConnections how many layer requests there may be at a time
   * @param connectTimeout the time limit for connecting
   */
  public static HttpClients open(int layerConnections, Duration connectTimeout) {
    ProxySettings proxies = ProxySettings.ofThisProcess();
    // Initializes SLF4J now. It prints a warning if two threads start to log at the same time.
    LoggerFactory.getILoggerFactory();
    CrtThreads.keep();
    // One thread creates both clients, the API's first, because it is needed first.
    ExecutorService making =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("ecr-http-client").factory());
    try {
      return new HttpClients(
          new EarlyHttpClient(() -> forShortCalls(proxies, connectTimeout), making),
          new EarlyHttpClient(
              () -> client(proxies, layerConnections, connectTimeout, Optional.empty()), making),
          proxies,
          true);
    } finally {
      making.shutdown();
    }
  }

  /** A client for an API. */
  static SdkAsyncHttpClient forShortCalls(ProxySettings proxies, Duration connectTimeout) {
    return client(proxies, API_CONNECTIONS, connectTimeout, Optional.of(API_STALL));
  }

  /** Uses the caller's client for everything. The caller closes it, and its proxies are unknown. */
  public static HttpClients of(SdkAsyncHttpClient given) {
    return new HttpClients(given, given, ProxySettings.NONE, false);
  }

  private static SdkAsyncHttpClient client(
      ProxySettings proxies, int connections, Duration connectTimeout, Optional<Duration> stall) {
    return proxies.isEmpty()
        ? client(Optional.empty(), connections, connectTimeout, stall)
        : new ProxiedHttpClient(
            proxies, proxy -> client(proxy, connections, connectTimeout, stall));
  }

  private static SdkAsyncHttpClient client(
      Optional<Proxy> proxy, int connections, Duration connectTimeout, Optional<Duration> stall) {
    AwsCrtAsyncHttpClient.Builder client =
        AwsCrtAsyncHttpClient.builder()
            .maxConcurrency(connections)
            .readBufferSizeInBytes(READ_BUFFER_BYTES)
            .connectionTimeout(connectTimeout)
            .connectionAcquisitionTimeout(ACQUISITION)
            .proxyConfiguration(configurationOf(proxy));
    // Called only if needed, because SDKs before 2.57 don't have this method.
    if (Trust.isJavas(System::getProperty)) {
      client.useTrustStoreSystemProperties(true);
    }
    stall.ifPresent(
        longest ->
            client.connectionHealthConfiguration(
                health -> health.minimumThroughputInBps(1L).minimumThroughputTimeout(longest)));
    SdkAsyncHttpClient made = client.build();
    CrtThreads.used();
    return new ExplainingHttpClient(made, proxy, CHECK);
  }

  /** The client's own reading of the environment is off, because it ignores HTTPS_PROXY. */
  private static ProxyConfiguration configurationOf(Optional<Proxy> proxy) {
    ProxyConfiguration.Builder configuration =
        ProxyConfiguration.builder()
            .useSystemPropertyValues(false)
            .useEnvironmentVariableValues(false);
    proxy.ifPresent(
        through -> {
          configuration.scheme(through.scheme()).host(through.host()).port(through.port());
          through
              .login()
              .ifPresent(login -> configuration.username(login.user()).password(login.password()));
        });
    return configuration.build();
  }

  public SdkAsyncHttpClient api() {
    return api;
  }

  public SdkAsyncHttpClient layers() {
    return layers;
  }

  /** The host that a request is sent to, if known. A plain http request is sent to its proxy. */
  public String peerOf(SdkHttpRequest request) {
    return Optional.of(request)
        .filter(plain -> "http".equals(plain.protocol()))
        .flatMap(plain -> proxies.forRequest(plain.protocol(), plain.host(), plain.port()))
        .map(proxy -> proxy.host() + ":" + proxy.port())
        .orElseGet(() -> hostOf(request));
  }

  private static String hostOf(SdkHttpRequest request) {
    int usual = "https".equals(request.protocol()) ? 443 : 80;
    return request.port() == usual ? request.host() : request.host() + ":" + request.port();
  }

  @Override
  public void close() {
    if (owned) {
      api.close();
      layers.close();
      CrtThreads.release();
    }
  }
}
