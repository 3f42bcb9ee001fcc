package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.EcrLocal;
import io.github.ecrcontainerd.local.LayerFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr local}. */
final class LocalCommand {
  private static final String HOST = "127.0.0.1";
  private static final int FAULT_EVERY = 10;

  private final Options options =
      Options.of(
          "local",
          this::serve,
          "Serves a directory of OCI image layouts as an Amazon ECR, for development and tests.",
          "Fill it with: skopeo copy SOURCE oci:DIR/REPOSITORY:TAG",
          "or with pushes: ecr local --create-on-push DIR");
  private final Supplier<String> directory =
      options.parameter("DIR", "a directory with one OCI image layout for each repository");
  private final BooleanSupplier createOnPush =
      options.flag(
          "--create-on-push",
          "a push creates its repository, and DIR, if they don't exist. Without this option,"
              + " create repositories with aws ecr create-repository or skopeo");
  private final Supplier<Optional<String>> host =
      options.value("--host", "ADDRESS", String.class, "default: " + HOST);
  private final Supplier<Optional<Integer>> port =
      options.value("--port", "N", Integer.class, "port of the API (default: any)");
  private final Supplier<Optional<Integer>> layerPort =
      options.value("--layer-port", "N", Integer.class, "port for layers (default: any)");
  private final Supplier<Optional<String>> publicHost =
      options.value("--public-host", "NAME", String.class, "the host name in URLs");
  private final Supplier<Optional<Path>> authority =
      options.value(
          "--tls",
          "FILE",
          Path.class,
          "serve over TLS, with a new certificate authority. Its certificate is written to FILE, for",
          "SSL_CERT_FILE=FILE of ecr and AWS_CA_BUNDLE=FILE of ecr and AWS's tools");
  private final Supplier<Optional<Path>> certificate =
      options.value(
          "--tls-certificate",
          "FILE",
          Path.class,
          "serve over TLS with this certificate (PEM, with its chain up to the authority)");
  private final Supplier<Optional<Path>> key =
      options.value("--tls-key", "FILE", Path.class, "its key (PEM, PKCS #8)");
  private final Supplier<Optional<Double>> bandwidth =
      options.value(
          "--bandwidth",
          "MIB",
          Double.class,
          "MiB a second that each layer connection gets (default: no limit)");
  private final Supplier<Optional<Long>> latency =
      options.value(
          "--latency", "MS", Long.class, "ms to the first byte of a layer request (default: 0)");
  private final Supplier<Optional<Long>> urlLifetime =
      options.value(
          "--url-lifetime", "S", Long.class, "seconds that a layer URL lives (default: 3600)");
  private final Supplier<Optional<Integer>> partSize =
      options.value(
          "--part-size",
          "MIB",
          Integer.class,
          "size of the parts of an upload, in MiB (default: 10)");
  private final Supplier<Optional<LayerFault>> layerFault =
      options.value(
          "--layer-fault",
          "FAULT",
          LayerFaultArgument::read,
          "fault of some layer requests: reset:BYTES, close:BYTES or stall:BYTES after that many",
          "bytes of the answer, corrupt:BYTE, slow:BYTES a second, wrong-length:BYTES more (or fewer,",
          "with a minus), slow-down, server-error, expired-url, whole-blob, wrong-range");
  private final Supplier<Optional<Integer>> faultEvery =
      options.value(
          "--fault-every",
          "N",
          Integer.class,
          "one in N layer requests has the fault (default: %d)".formatted(FAULT_EVERY));

  private LocalCommand() {}

  static CommandSpec command() {
    return new LocalCommand().options.command();
  }

  private int serve() throws IOException {
    Path layouts = Path.of(directory.get());
    if (!createOnPush.getAsBoolean() && !Files.isDirectory(layouts)) {
      throw new IOException(
          "there is no directory %s: create it, or serve it with --create-on-push"
              .formatted(layouts));
    }
    EcrLocal.Builder server =
        EcrLocal.builder()
            .directory(layouts)
            .createOnPush(createOnPush.getAsBoolean())
            .host(host.get().orElse(HOST))
            .port(port.get().orElse(0))
            .layerPort(layerPort.get().orElse(0));
    publicHost.get().ifPresent(server::publicHost);
    server.conditions(conditions());
    serveTls(server);
    try (EcrLocal local = server.start()) {
      if (authority.get().isPresent()) {
        Files.writeString(authority.get().get(), local.certificateAuthority().orElseThrow());
      }
      options
          .out()
          .printf("listening on %s, layers on %s%n", local.endpoint(), local.layerEndpoint());
      options.out().flush();
      awaitInterrupt();
    }
    return 0;
  }

  private void serveTls(EcrLocal.Builder server) throws IOException {
    Optional<Path> given = certificate.get();
    if (given.isPresent() != key.get().isPresent()) {
      throw options.wrong("--tls-certificate and --tls-key have to be set together");
    }
    if (authority.get().isPresent() && given.isPresent()) {
      throw options.wrong("--tls makes a certificate: leave out --tls-certificate");
    }
    if (given.isPresent()) {
      server.tls(given.get(), key.get().orElseThrow());
    } else if (authority.get().isPresent()) {
      server.tls();
    }
  }

  /** A server runs until it is interrupted, which is no failure. */
  private static void awaitInterrupt() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException end) {
      // The caller closes the server.
    }
  }

  private Conditions conditions() {
    Conditions conditions = new Conditions();
    try {
      bandwidth.get().ifPresent(mib -> conditions.bandwidthPerConnection((long) (mib * (1 << 20))));
      latency.get().ifPresent(ms -> conditions.layerLatency(Duration.ofMillis(ms)));
      urlLifetime.get().ifPresent(seconds -> conditions.urlLifetime(Duration.ofSeconds(seconds)));
      int every = faultEvery.get().orElse(FAULT_EVERY);
      if (every < 1) {
        throw new IllegalArgumentException("--fault-every is at least 1, not " + every);
      }
      layerFault
          .get()
          .ifPresent(
              fault ->
                  conditions.layerFaults(
                      request -> request.number() % every == 0 ? fault : LayerFault.none()));
      partSize.get().ifPresent(mib -> conditions.partSize((long) mib << 20));
    } catch (IllegalArgumentException e) {
      throw options.wrong(e);
    }
    return conditions;
  }
}
