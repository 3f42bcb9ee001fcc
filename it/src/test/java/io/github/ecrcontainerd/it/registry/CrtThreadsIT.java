package io.github.ecrcontainerd.it.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.support.Proc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.crt.io.ClientBootstrap;

/**
 * All resolvers of a JVM share the CRT's threads. If the threads still exist when the JVM ends, it
 * waits a second for them: {@code bin/ecr} would exit a second late.
 */
@ExtendWith(PrivateEcr.class)
@Timeout(60)
class CrtThreadsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LocalEcr ecr;

  CrtThreadsIT(LocalEcr ecr) {
    this.ecr = ecr;
  }

  @Test
  void endWithTheLastResolverAndNotBefore() throws Exception {
    OciLayout layout = ecr.repository("threads");
    Layer layer =
        Layer.of(Layer.Compression.GZIP, new LayerTar().file("name", 0644, "x".getBytes(UTF_8)));
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer));
    layout.tag("latest", image.manifest());
    String reference = ecr.reference("threads", "latest");

    try (EcrResolver last = ecr.resolver().build()) {
      try (EcrResolver first = ecr.resolver().build()) {
        first.resolve(reference);
      }
      assertThat(last.resolve(reference).target().digest()).isEqualTo(image.manifest().digest());
      assertThat(threads()).isPositive();
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (threads() > 0 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(threads()).isZero();

    try (EcrResolver next = ecr.resolver().build()) {
      assertThat(next.resolve(reference).target().digest()).isEqualTo(image.manifest().digest());
    }
  }

  /**
   * The CRT calls Java when its clients have ended. If the class loader is closed by then, as at
   * the end of Maven's exec:java, the CRT ends the process.
   */
  @Test
  void haveCalledJavaForTheLastTimeWhenTheLastResolverIsClosed() throws Exception {
    OciLayout layout = ecr.repository("closed");
    Layer layer =
        Layer.of(Layer.Compression.GZIP, new LayerTar().file("name", 0644, "x".getBytes(UTF_8)));
    layout.tag("latest", layout.image(Format.OCI, OciLayout.HERE, List.of(layer)).manifest());

    for (int time = 0; time < 20; time++) {
      ClientBootstrap used;
      try (EcrResolver resolver = ecr.resolver().build()) {
        assertThat(resolver.resolve(ecr.reference("closed", "latest")).document()).isPresent();
        used = ClientBootstrap.getOrCreateStaticDefault();
      }
      assertThat(used.getShutdownCompleteFuture()).isDone();
    }
  }

  /** How many native threads of this process are CRT event loops. Java doesn't list these. */
  private static long threads() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.filter(CrtThreadsIT::isEventLoop).count();
    }
  }

  private static boolean isEventLoop(Path task) {
    return Proc.read(task.resolve("comm")).orElse("").startsWith("AwsEventLoop");
  }
}
