package io.github.ecrcontainerd.it.bench.jmh;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * A layer of 64 MiB through the whole of a resolver, from an HTTP client that has it in memory:
 * what ranges, window and buffers cost, without a network.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DownloadWindow {
  private static final String REFERENCE =
      "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:1";

  @Param({"1", "4", "16"})
  int parallelism;

  private final byte[] content = new byte[64 << 20];
  private final Descriptor layer;
  private final HttpClientFromMemory http;
  private @Nullable EcrResolver resolver;

  public DownloadWindow() {
    new Random(content.length).nextBytes(content);
    layer = Descriptor.of(MediaTypes.OCI_LAYER_GZIP, content);
    http = new HttpClientFromMemory(content);
  }

  @Benchmark
  public long download() throws InterruptedException {
    if (resolver == null) {
      resolver =
          EcrResolver.builder()
              .httpClient(http)
              .layerDownloadParallelism(parallelism)
              .credentialsProvider(
                  StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "key")))
              .build();
    }
    long bytes = 0;
    try (BlobReader reader = resolver.fetcher(REFERENCE).fetch(layer)) {
      for (ByteBuffer read = reader.read(); read != null; read = reader.read()) {
        bytes += read.remaining();
      }
    }
    if (bytes != content.length) {
      throw new IllegalStateException("Got " + bytes + " bytes of " + content.length);
    }
    return bytes;
  }

  @TearDown
  public void close() {
    if (resolver != null) {
      resolver.close();
    }
    http.close();
  }
}
