package io.github.ecrcontainerd.it.bench.jmh;

import com.google.protobuf.UnsafeByteOperations;
import io.github.ecrcontainerd.containerd.internal.proto.content.ContentGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteAction;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteContentRequest;
import io.grpc.Drainable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

/**
 * A message of 4 MiB of a Write stream, from a buffer of ours to gRPC's frame: what the one copy
 * costs that is left.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class IngestFraming {
  private final byte[] bytes = new byte[4 << 20];
  private final Frame frame = new Frame(bytes.length + 1024);

  public IngestFraming() {
    new Random(bytes.length).nextBytes(bytes);
  }

  @Benchmark
  public int frame() throws IOException {
    WriteContentRequest message =
        WriteContentRequest.newBuilder()
            .setAction(WriteAction.WRITE)
            .setOffset(bytes.length)
            .setData(UnsafeByteOperations.unsafeWrap(bytes))
            .build();
    frame.filled = 0;
    try (InputStream framed = ContentGrpc.getWriteMethod().streamRequest(message)) {
      return ((Drainable) framed).drainTo(frame);
    }
  }

  /** Where gRPC collects a message: memory that is used again. */
  private static final class Frame extends OutputStream {
    private final byte[] memory;
    private int filled;

    Frame(int size) {
      memory = new byte[size];
    }

    @Override
    public void write(int b) {
      memory[filled] = (byte) b;
      filled++;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      System.arraycopy(from, offset, memory, filled, length);
      filled += length;
    }
  }
}
