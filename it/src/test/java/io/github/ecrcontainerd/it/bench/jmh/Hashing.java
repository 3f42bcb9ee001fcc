package io.github.ecrcontainerd.it.bench.jmh;

import io.github.ecrcontainerd.resolver.Digest;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The digest of a message of 4 MiB. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Hashing {
  private final byte[] message = new byte[4 << 20];
  private final ByteBuffer direct = ByteBuffer.allocateDirect(message.length);

  public Hashing() {
    new Random(message.length).nextBytes(message);
    direct.put(message).flip();
  }

  @Benchmark
  public Digest onTheHeap() {
    return Digest.sha256(message);
  }

  @Benchmark
  public Digest outsideTheHeap() {
    return Digest.sha256(direct.duplicate());
  }
}
