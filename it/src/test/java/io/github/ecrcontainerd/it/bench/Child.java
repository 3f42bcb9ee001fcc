package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.SocketTransport;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.BlobReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * The program of a JVM that goes on: does the tasks that it reads, a line each, and answers each
 * with the seconds that it took. Ends with its input, or with a stack trace at the first failure.
 */
final class Child {
  private @Nullable EcrResolver resolver;
  private final Map<SocketTransport, ContainerdClient> clients =
      new EnumMap<>(SocketTransport.class);
  private @Nullable Blob blob;

  private Child() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Child child = new Child();
    BufferedReader tasks =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String task = tasks.readLine(); task != null; task = tasks.readLine()) {
      System.out.println(child.run(task.split(" ", -1)));
    }
    System.exit(0);
  }

  private double run(String[] task) throws InterruptedException {
    return switch (task[0]) {
      case "pull" ->
          pull(URI.create(task[1]), Path.of(task[2]), task[3], Boolean.parseBoolean(task[4]));
      case "ingest" -> ingest(Path.of(task[1]), SocketTransport.valueOf(task[2]));
      case "read" -> read(Path.of(task[1]), SocketTransport.valueOf(task[2]));
      case "unary" -> unary(Path.of(task[1]), SocketTransport.valueOf(task[2]));
      case "write" -> RawWriter.write(Path.of(task[1]), blob());
      default -> throw new IllegalArgumentException("No such task: " + task[0]);
    };
  }

  private double pull(URI endpoint, Path socket, String reference, boolean unpack)
      throws InterruptedException {
    if (resolver == null) {
      resolver =
          EcrResolver.builder()
              .endpointOverride(endpoint)
              .credentialsProvider(
                  StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
              .build();
    }
    PullOptions options = PullOptions.builder().unpack(unpack).build();
    long start = System.nanoTime();
    var _ = containerd(socket, SocketTransport.FFM).pull(reference, resolver, options);
    return since(start);
  }

  private double ingest(Path socket, SocketTransport transport) throws InterruptedException {
    Blob blob = blob();
    ContainerdClient client = containerd(socket, transport);
    long start = System.nanoTime();
    try (Ingest ingest =
        client.content().ingest("bench", blob.digest(), blob.size()).orElseThrow()) {
      for (int part = 0; part < Blob.PARTS; part++) {
        ingest.write(blob.part());
      }
      var _ = ingest.commit(Map.of());
    }
    return since(start);
  }

  private double read(Path socket, SocketTransport transport) throws InterruptedException {
    Blob blob = blob();
    ContainerdClient client = containerd(socket, transport);
    long start = System.nanoTime();
    long bytes = 0;
    try (BlobReader reader = client.content().read(blob.digest(), 0)) {
      for (ByteBuffer next = reader.read(); next != null; next = reader.read()) {
        bytes += next.remaining();
      }
    }
    if (bytes != blob.size()) {
      throw new IllegalStateException("Read " + bytes + " bytes instead of " + blob.size());
    }
    return since(start);
  }

  private double unary(Path socket, SocketTransport transport) throws InterruptedException {
    ContainerdClient client = containerd(socket, transport);
    long start = System.nanoTime();
    for (int call = 0; call < TransportWork.CALLS; call++) {
      var _ = client.introspection().version();
    }
    return since(start);
  }

  private Blob blob() {
    if (blob == null) {
      blob = new Blob();
    }
    return blob;
  }

  private ContainerdClient containerd(Path socket, SocketTransport transport) {
    return clients.computeIfAbsent(
        transport, chosen -> ContainerdClient.builder().address(socket).transport(chosen).build());
  }

  static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
