package io.github.ecrcontainerd.local;

import io.github.ecrcontainerd.local.api.ApiEndpoint;
import io.github.ecrcontainerd.local.count.Tally;
import io.github.ecrcontainerd.local.http.HttpServer;
import io.github.ecrcontainerd.local.layers.LayerEndpoint;
import io.github.ecrcontainerd.local.layers.PresignedUrls;
import io.github.ecrcontainerd.local.store.Registry;
import io.github.ecrcontainerd.local.tls.Identity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An Amazon ECR on this machine. It serves ECR's API on one port, and layers from S3-like URLs on
 * another. Each repository is an OCI image layout in a directory of its name, so {@code skopeo copy
 * docker-archive:app.tar oci:DIR/team/app:1.0} pushes an image without this server, and {@code
 * skopeo inspect oci:DIR/team/app:1.0} reads an image that was pushed through it.
 *
 * <pre>{@code
 * try (var ecr = EcrLocal.builder().directory(Path.of("registry")).start();
 *     var client = EcrClient.builder().endpointOverride(ecr.endpoint())...build()) {
 *   client.createRepository(r -> r.repositoryName("team/app"));
 * }
 * }</pre>
 *
 * <p>skopeo creates only the last directory. Run {@code mkdir -p DIR/team} first, or create the
 * repository through the API.
 *
 * <p>Requests must carry a signature, as those of all AWS clients do, but any signature, account
 * and region is accepted. Only one server at a time can serve a directory. Safe for use by several
 * threads.
 */
public final class EcrLocal implements AutoCloseable {
  private final Registry registry;
  private final HttpServer http;
  private final Conditions conditions;
  private final Counters counters;
  private final URI endpoint;
  private final URI layerEndpoint;
  private final Optional<Identity> identity;

  private EcrLocal(
      Registry registry,
      HttpServer http,
      Conditions conditions,
      Counters counters,
      URI endpoint,
      URI layerEndpoint,
      Optional<Identity> identity) {
    this.registry = registry;
    this.http = http;
    this.conditions = conditions;
    this.counters = counters;
    this.endpoint = endpoint;
    this.layerEndpoint = layerEndpoint;
    this.identity = identity;
  }

  /** Returns a builder of a server. Only the directory has no default. */
  public static Builder builder() {
    return new Builder();
  }

  /** The URL of the API, for a client's endpoint override. */
  public URI endpoint() {
    return endpoint;
  }

  /** The start of all layer URLs. */
  public URI layerEndpoint() {
    return layerEndpoint;
  }

  /**
   * The certificate of the authority that was created for {@link Builder#tls()}, as PEM. A client
   * must trust it.
   */
  public Optional<String> certificateAuthority() {
    return identity.flatMap(Identity::authority);
  }

  /** The server's conditions, which may be changed while it runs. */
  public Conditions conditions() {
    return conditions;
  }

  /** The counts of this server's requests. */
  public Counters counters() {
    return counters;
  }

  /**
   * Ends all connections and uploads. Pushed images stay in the directory.
   *
   * @throws IOException if files of unfinished uploads can't be removed
   */
  @Override
  public void close() throws IOException {
    http.close();
    registry.close();
  }

  /** See {@link EcrLocal#builder()}. */
  public static final class Builder {
    private @Nullable Path directory;
    private String host = "127.0.0.1";
    private int port;
    private int layerPort;
    private @Nullable String publicHost;
    private boolean createOnPush;
    private boolean tls;
    private Optional<Identity> identity = Optional.empty();
    private Conditions conditions = new Conditions();
    private InstantSource clock = InstantSource.system();

    private Builder() {}

    /** The directory of the repositories. It is created if it is missing. */
    public Builder directory(Path served) {
      directory = served;
      return this;
    }

    /** The address to listen on. Default: 127.0.0.1, so that only this machine can connect. */
    public Builder host(String address) {
      host = address;
      return this;
    }

    /** The port of the API. Default: 0, which means any free port. */
    public Builder port(int api) {
      port = api;
      return this;
    }

    /** The port of the layers. Default: 0, which means any free port. */
    public Builder layerPort(int layers) {
      layerPort = layers;
      return this;
    }

    /**
     * The name of this machine in URLs, for clients on other machines. Default: the address to
     * listen on, or {@code localhost} if that is the wildcard address.
     */
    public Builder publicHost(String name) {
      publicHost = name;
      return this;
    }

    /**
     * Whether a push creates a missing repository, as ECR does if a repository creation template
     * for {@code CREATE_ON_PUSH} applies. Default: no. A repository is then created by
     * CreateRepository, or is an image layout in the directory.
     */
    public Builder createOnPush(boolean create) {
      createOnPush = create;
      return this;
    }

    /**
     * Serves API and layers over TLS, with a certificate for localhost and the server's own names.
     * Clients must trust {@link EcrLocal#certificateAuthority}.
     */
    public Builder tls() {
      tls = true;
      return this;
    }

    /**
     * Serves API and layers over TLS, with an existing certificate.
     *
     * @param chain the certificate, and those between it and its authority, as PEM
     * @param key its private key, as PEM (PKCS #8) without a password
     * @throws IOException if they can't be read, or don't belong together
     */
    public Builder tls(Path chain, Path key) throws IOException {
      tls = true;
      identity = Optional.of(Identity.read(chain, key));
      return this;
    }

    /** The server's conditions from its first request on. */
    public Builder conditions(Conditions atStart) {
      conditions = atStart;
      return this;
    }

    /** The clock for the age of URLs. Default: the system's clock. */
    public Builder clock(InstantSource source) {
      clock = source;
      return this;
    }

    /**
     * Starts the server.
     *
     * @throws IllegalStateException if it has no directory
     * @throws IOException if the directory can't be used, or a port can't be listened on
     */
    public EcrLocal start() throws IOException {
      if (directory == null) {
        throw new IllegalStateException("A directory is missing: directory(Path)");
      }
      Optional<Identity> shown =
          tls && identity.isEmpty() ? Optional.of(Identity.issued(names())) : identity;
      Registry registry = Registry.open(directory, createOnPush);
      HttpServer http = new HttpServer(shown.map(Identity::context));
      boolean started = false;
      try {
        EcrLocal server = start(registry, http, shown);
        started = true;
        return server;
      } finally {
        if (!started) {
          http.close();
          registry.close();
        }
      }
    }

    private Set<String> names() {
      Set<String> names = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
      names.add(host);
      if (publicHost != null) {
        names.add(publicHost);
      }
      return names;
    }

    private EcrLocal start(Registry registry, HttpServer http, Optional<Identity> shown)
        throws IOException {
      Tally tally = new Tally();
      PresignedUrls urls = new PresignedUrls(clock);
      URI layers =
          uri(
              http.listen(
                  new InetSocketAddress(host, layerPort),
                  new LayerEndpoint(registry, urls, conditions, tally, clock)));
      URI api =
          uri(
              http.listen(
                  new InetSocketAddress(host, port),
                  new ApiEndpoint(registry, urls, layers, conditions, tally, clock)));
      return new EcrLocal(registry, http, conditions, tally, api, layers, shown);
    }

    private URI uri(int openPort) {
      String name = publicHost == null ? host : publicHost;
      if (publicHost == null && new InetSocketAddress(host, 0).getAddress().isAnyLocalAddress()) {
        name = "localhost";
      }
      boolean bareIpv6 = name.contains(":") && !name.startsWith("[");
      return URI.create(
          "%s://%s:%d"
              .formatted(tls ? "https" : "http", bareIpv6 ? "[" + name + "]" : name, openPort));
    }
  }
}
