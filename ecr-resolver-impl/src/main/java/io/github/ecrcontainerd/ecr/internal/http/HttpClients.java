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
 * The HTTP clients of one resolver. Its own are the CRT's: one for the API's short calls, one for
 * layers, whose downloads see stalls sooner than the CRT. Both run on the CRT's shared event loops.
 */
public final class HttpClients implements AutoCloseable {
  /** Above 1 MiB a connection gains nothing, and slow readers hold what it has. */
  private static final long READ_BUFFER_BYTES = 1 << 20;

  /** The pool's own wait may not end before a TLS handshake that fails: it would hide its error. */
  private static final Duration ACQUISITION = Duration.ofSeconds(40);

  /**
   * The CRT has no other time-out of a read: a connection below a byte a second is dead. Layers
   * have none of this: their downloads watch over each request themselves, sooner, and one that is
   * held back by its reader is no dead one.
   */
  private static final Duration API_STALL = Duration.ofSeconds(60);

  private static final int API_CONNECTIONS = 32;

  private static final CertificateCheck CHECK = new CertificateCheck(Trust::ofThisProcess);

  private final SdkAsyncHttpClient api;
  private final SdkAsyncHttpClient layers;
  private final ProxySettings proxies;
  private final boolean owned;

  private HttpClients(
      SdkAsyncHttpClient api, SdkAsyncHttpClient layers, ProxySettings proxies, boolean owned) {
    this.api = api;
    this.layers = layers;
    this.proxies = proxies;
    this.owned = owned;
  }

  /**
   * Clients of its own.
   *
   * @param layerConnections how many layers' requests there are at a time
   * @param connectTimeout how long a connection may take to be made
   */
  public static HttpClients open(int layerConnections, Duration connectTimeout) {
    ProxySettings proxies = ProxySettings.ofThisProcess();
    // Two threads that begin to log at the same time get a complaint of SLF4J's on the terminal.
    LoggerFactory.getILoggerFactory();
    CrtThreads.keep();
    // One after the other: the one for the API is needed first.
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

  /** One that is its owner's to close, for everything. Which proxies it has is not known. */
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
    // Only where it is wanted: SDKs before 2.57 haven't got it.
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

  /** The client's own reading of the environment is off: it knows nothing of HTTPS_PROXY. */
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

  /** The host that a request goes to, as far as is known: plain http goes to its proxy. */
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
