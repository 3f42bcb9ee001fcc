package io.github.ecrcontainerd.it.bench.jmh;

import io.github.ecrcontainerd.resolver.EcrReference;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A reference, in each of its forms, from text. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReferenceParsing {
  @Param({
    "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/team/app:1.4@sha256:"
        + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app:1.4"
  })
  String text = "";

  @Benchmark
  public EcrReference parse() {
    return EcrReference.of(text);
  }
}
