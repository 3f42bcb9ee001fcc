package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.Unpacking;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.Tree;
import io.github.ecrcontainerd.local.LayerFault;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * After any fault in a layer that is unpacked while it arrives, or that is not even stored, the
 * image's snapshots equal those of another daemon, and nothing else is left.
 */
@WithContainerd
@Timeout(100)
class UnpackFaultsIT {
  private static Containerd other;

  private final Containerd daemon;

  UnpackFaultsIT(Containerd daemon) {
    this.daemon = daemon;
  }

  @BeforeAll
  static void openAnother() {
    other = Containerd.open();
  }

  @AfterAll
  static void closeTheOther() {
    other.close();
  }

  static Stream<Arguments> everyFault() {
    return EnumSet.allOf(Fault.class).stream()
        .flatMap(
            fault ->
                Stream.of(
                    Arguments.of(fault, Place.FIRST_BYTE, 1),
                    Arguments.of(fault, Place.MIDDLE, 4),
                    Arguments.of(fault, Place.LAST_BYTE, 16)));
  }

  @ParameterizedTest(name = "{0} at the {1}, parallelism {2}")
  @MethodSource("everyFault")
  @Execution(ExecutionMode.CONCURRENT)
  void theSnapshotsAreRightAfterAFault(Fault fault, Place place, int parallelism) throws Exception {
    Instant begin = Instant.now().minusSeconds(1);
    String repository =
        "faults-%s-%d".formatted(fault.name().toLowerCase(Locale.ROOT), parallelism);
    try (LocalEcr ecr = LocalEcr.open()) {
      OciImage image = LayeredImage.write(ecr.repository(repository), repository.hashCode());
      AtomicBoolean failed = new AtomicBoolean();
      ecr.server()
          .conditions()
          .layerFaults(
              request -> {
                long length = request.range().length();
                return request.digest().equals(image.layers().get(1).digest())
                        && failed.compareAndSet(false, true)
                    ? fault.at(place.in(length), length)
                    : LayerFault.none();
              });
      try (EcrResolver resolver = ecr.resolver().layerDownloadParallelism(parallelism).build();
          ContainerdClient client = ContainerdClient.builder().address(daemon.socket()).build()) {
        var _ =
            client.pull(
                ecr.reference(repository, "latest"),
                resolver,
                PullOptions.builder()
                    .unpacking(Unpacking.DIRECT)
                    .discardLayers(parallelism == 4)
                    .build());
      }

      assertThat(failed).isTrue();
      assertAsElsewhere(repository, ecr, image, begin);
    }
  }

  /**
   * One test at a time: a process that another test starts holds this test's files open until its
   * exec, and until then nothing can be unmounted.
   */
  private void assertAsElsewhere(String repository, LocalEcr ecr, OciImage image, Instant begin) {
    synchronized (UnpackFaultsIT.class) {
      ecr.existing(repository).importInto(other, repository);
      Tree theirs = Tree.ofSnapshot(other, "overlayfs", image.chainId()).withoutTimesAfter(begin);
      Tree ours = Tree.ofSnapshot(daemon, "overlayfs", image.chainId()).withoutTimesAfter(begin);
      assertThat(ours.differences(theirs)).isEmpty();
      assertThat(daemon.ctr("content", "active"))
          .doesNotContain(image.layers().get(1).digest().toString());
      assertThat(daemon.ctr("snapshots", "ls")).doesNotContain("of " + image.chainId());
    }
  }
}
