package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.EcrLocal;
import io.github.ecrcontainerd.local.LayerFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ecr local}. */
@Command(
    name = "local",
    sortOptions = false,
    description = {
      "Serves a directory of OCI image layouts as an Amazon ECR, for development and tests.",
      "Fill it with: skopeo copy SOURCE oci:DIR/REPOSITORY:TAG",
      "or with pushes: ecr local --create-on-push DIR"
    })
final class LocalCommand implements Callable<Integer> {
  @Spec CommandSpec command = CommandSpec.create();

  @Parameters(paramLabel = "DIR", description = "one OCI image layout a repository")
  Path directory = Path.of("");

  @Option(
      names = "--create-on-push",
      description =
          "a push creates the repository that it names, and DIR, where they don't exist; else"
              + " aws ecr create-repository or skopeo does")
  boolean createOnPush;

  @Option(names = "--host", paramLabel = "ADDRESS", description = "default: ${DEFAULT-VALUE}")
  String host = "127.0.0.1";

  @Option(names = "--port", paramLabel = "N", description = "of the API (default: any)")
  int port;

  @Option(names = "--layer-port", paramLabel = "N", description = "of the layers (default: any)")
  int layerPort;

  @Option(names = "--public-host", paramLabel = "NAME", description = "this machine's in URLs")
  Optional<String> publicHost = Optional.empty();

  @Option(
      names = "--tls",
      paramLabel = "FILE",
      description = {
        "serve over TLS, by an authority that is made for it. FILE is written: its certificate, for",
        "SSL_CERT_FILE=FILE of ecr and AWS_CA_BUNDLE=FILE of ecr and AWS's tools"
      })
  Optional<Path> authority = Optional.empty();

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description =
          "serve over TLS by a certificate of yours (PEM, with those up to its authority)")
  Optional<Path> certificate = Optional.empty();

  @Option(names = "--tls-key", paramLabel = "FILE", description = "its key (PEM, PKCS #8)")
  Optional<Path> key = Optional.empty();

  @Option(
      names = "--bandwidth",
      paramLabel = "MIB",
      description = "MiB a second that each layer connection gets (default: no limit)")
  Optional<Double> bandwidth = Optional.empty();

  @Option(
      names = "--latency",
      paramLabel = "MS",
      description = "ms to the first byte of a layer request (default: 0)")
  Optional<Long> latency = Optional.empty();

  @Option(
      names = "--url-lifetime",
      paramLabel = "S",
      description = "seconds that a layer URL lives (default: 3600)")
  Optional<Long> urlLifetime = Optional.empty();

  @Option(
      names = "--part-size",
      paramLabel = "MIB",
      description = "MiB of the parts that uploads are asked for (default: 10)")
  Optional<Integer> partSize = Optional.empty();

  @Option(
      names = "--layer-fault",
      paramLabel = "FAULT",
      converter = LayerFaultConverter.class,
      description = {
        "what goes wrong with some layer requests: reset:BYTES, close:BYTES or stall:BYTES behind so",
        "many of the answer, corrupt:BYTE, slow:BYTES a second, wrong-length:BYTES more (or fewer,",
        "with a minus), slow-down, server-error, expired-url, whole-blob, wrong-range"
      })
  Optional<LayerFault> layerFault = Optional.empty();

  @Option(
      names = "--fault-every",
      paramLabel = "N",
      description = "with one in so many (default: ${DEFAULT-VALUE})")
  int faultEvery = 10;

  @Override
  public Integer call() throws IOException {
    if (!createOnPush && !Files.isDirectory(directory)) {
      throw new IOException(
          "there is no directory %s: create it, or serve it with --create-on-push"
              .formatted(directory));
    }
    EcrLocal.Builder server =
        EcrLocal.builder()
            .directory(directory)
            .createOnPush(createOnPush)
            .host(host)
            .port(port)
            .layerPort(layerPort);
    publicHost.ifPresent(server::publicHost);
    server.conditions(conditions());
    serveTls(server);
    try (EcrLocal local = server.start()) {
      if (authority.isPresent()) {
        Files.writeString(authority.get(), local.certificateAuthority().orElseThrow());
      }
      command
          .commandLine()
          .getOut()
          .printf("listening on %s, layers on %s%n", local.endpoint(), local.layerEndpoint());
      command.commandLine().getOut().flush();
      awaitInterrupt();
    }
    return 0;
  }

  private void serveTls(EcrLocal.Builder server) throws IOException {
    if (certificate.isPresent() != key.isPresent()) {
      throw new ParameterException(
          command.commandLine(), "--tls-certificate and --tls-key go together");
    }
    if (authority.isPresent() && certificate.isPresent()) {
      throw new ParameterException(
          command.commandLine(), "--tls makes a certificate: leave out --tls-certificate");
    }
    if (certificate.isPresent()) {
      server.tls(certificate.get(), key.orElseThrow());
    } else if (authority.isPresent()) {
      server.tls();
    }
  }

  /** A server runs until it is told to end: that is no failure. */
  private static void awaitInterrupt() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException end) {
      // The caller ends the server.
    }
  }

  private Conditions conditions() {
    Conditions conditions = new Conditions();
    try {
      bandwidth.ifPresent(mib -> conditions.bandwidthPerConnection((long) (mib * (1 << 20))));
      latency.ifPresent(ms -> conditions.layerLatency(Duration.ofMillis(ms)));
      urlLifetime.ifPresent(seconds -> conditions.urlLifetime(Duration.ofSeconds(seconds)));
      if (faultEvery < 1) {
        throw new IllegalArgumentException("--fault-every is at least 1, not " + faultEvery);
      }
      layerFault.ifPresent(
          fault ->
              conditions.layerFaults(
                  request -> request.number() % faultEvery == 0 ? fault : LayerFault.none()));
      partSize.ifPresent(mib -> conditions.partSize((long) mib << 20));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    return conditions;
  }
}
