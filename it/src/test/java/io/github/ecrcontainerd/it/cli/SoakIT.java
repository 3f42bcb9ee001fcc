package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.cli.Soak.Sample;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerRequest;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM that pulls for a long time doesn't grow: the median of its last twenty pulls is that of its
 * pulls 20 to 40, or of a long soak 300 to 320, but for what is told here. Each bound is less than
 * what a leak of 64 KiB a pull makes in the pulls between.
 *
 * <p>Some requests fail on the way, because that is where leaks are. Property {@code
 * it.soak.pulls}: how many pulls, 200 by default. What each left is in {@code target/soak.txt}.
 */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(value = 1, unit = TimeUnit.DAYS) // Its time depends on the number of pulls.
class SoakIT {
  private static final int PULLS = Integer.getInteger("it.soak.pulls", 200);
  private static final int WINDOW = 20;

  /**
   * The first pull that is compared. Until about the 250th a JVM still compiles and loads classes,
   * some 10 MiB, so a long soak begins after that.
   */
  private static final int FIRST = PULLS >= 500 ? 300 : WINDOW;

  /** How long a pull may take on average, on a busy machine. */
  private static final long SECONDS_A_PULL = 3;

  private final Containerd daemon;
  private final LocalEcr ecr;

  SoakIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @Test
  void aJvmThatPullsForALongTimeDoesNotGrow(@TempDir Path directory) throws Exception {
    tagImage();
    ecr.server().conditions().layerFaults(SoakIT::fault);

    List<Sample> samples = samples(directory.resolve("err"));

    Files.write(
        Files.createDirectories(Path.of("target")).resolve("soak.txt"),
        samples.stream().map(Sample::toString).toList());
    assertThat(samples).hasSize(PULLS);
    assertThat(samples).allSatisfy(sample -> assertThat(sample.ingests()).isZero());
    assertGrowth("threads", samples, Sample::threads, 2);
    assertGrowth("open files", samples, Sample::files, 2);
    assertGrowth("KiB of objects", samples, Sample::heapKib, 2 << 10);
    assertGrowth("KiB of the CRT", samples, Sample::crtKib, 1 << 10);
    assertGrowth("KiB of the JVM", samples, Sample::nativeKib, 6 << 10);
    assertGrowth("KiB of the process", samples, Sample::rssKib, 8 << 10);
    assertThat(daemon.heldLeases()).isEmpty();
    assertThat(daemon.ctr("snapshots", "ls").lines()).hasSize(1);
    assertThat(ecr.server().counters().openApiConnections()).isZero();
    assertThat(ecr.server().counters().openLayerConnections()).isZero();
  }

  private static LayerFault fault(LayerRequest request) {
    return switch ((int) (request.number() % 60)) {
      case 7 -> LayerFault.resetAfter(request.range().length() / 2);
      case 22 -> LayerFault.closeAfter(0);
      case 37 -> LayerFault.slowDown();
      case 52 -> LayerFault.expiredUrl();
      default -> LayerFault.none();
    };
  }

  private void tagImage() {
    OciLayout layout = ecr.repository("soak");
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            Stream.of(1_000, 300_000, 3_000_000)
                .map(size -> new LayerTar().file("f" + size, 0644, NoiseImage.noise(size, size)))
                .map(Layer::gzip)
                .toList());
    layout.tag("latest", image.manifest());
  }

  private List<Sample> samples(Path err) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The whole heap is there from the start: what grows then is not the heap.
    command.addAll(List.of("-Xms96m", "-Xmx96m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:NativeMemoryTracking=summary"));
    command.add("-XX:-UsePerfData");
    command.addAll(List.of("-Daws.crt.memory.tracing=1", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Soak.class.getName()));
    command.add(daemon.socket().toString());
    command.add(ecr.server().endpoint().toString());
    command.add(ecr.reference("soak", "latest"));
    command.add(Integer.toString(PULLS));
    command.add(Long.toString(Long.getLong("it.soak.leak", 0)));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    // With the C library's arena for each thread, a leak would hide in what these have free: they
    // fill up over the first few hundred pulls.
    builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
    Process process = builder.start();
    CompletableFuture.delayedExecutor(SECONDS_A_PULL * PULLS, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    List<Sample> samples = new ArrayList<>();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        samples.add(Sample.parse(line));
      }
      assertThat(process.waitFor()).as(Files.readString(err)).isZero();
    } finally {
      process.destroyForcibly();
    }
    return samples;
  }

  private static void assertGrowth(
      String what, List<Sample> samples, ToLongFunction<Sample> number, long most) {
    List<Long> numbers = samples.stream().mapToLong(number).boxed().toList();
    long early = median(numbers.subList(FIRST, FIRST + WINDOW));
    long late = median(numbers.subList(numbers.size() - WINDOW, numbers.size()));
    // A JVM that is warm may grow half as much: so a long soak finds smaller leaks, too.
    long bound = FIRST == WINDOW ? most : most / 2;
    assertThat(late - early)
        .as("%s, more after %d pulls than after %d: %s", what, PULLS, FIRST + WINDOW, numbers)
        .isLessThanOrEqualTo(bound);
  }

  private static long median(List<Long> numbers) {
    return numbers.stream().sorted().toList().get(numbers.size() / 2);
  }
}
