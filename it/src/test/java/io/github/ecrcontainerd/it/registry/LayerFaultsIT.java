package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.ecrcontainerd.containerd.content.IngestStatus;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.local.ByteRange;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerFaults;
import io.github.ecrcontainerd.local.LayerRequest;
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pull recovers from any fault of one answer, and requests no byte again that has arrived. */
@WithContainerd
@Timeout(100)
class LayerFaultsIT {
  /** Twelve ranges of 1 MiB with a parallelism of 16, the last one a little shorter. */
  private static final int SIZE = (12 << 20) - 5;

  /** Bytes that the HTTP client has read but not passed on are lost with the connection. */
  private static final long HELD_BY_THE_CLIENT = 1 << 20;

  private static final List<Integer> PARALLELISMS = List.of(1, 4, 16);

  private final Containerd daemon;

  LayerFaultsIT(Containerd daemon) {
    this.daemon = daemon;
  }

  /** A JVM's first 16 parallel handshakes took 7 s; a test's servers have to answer faster. */
  @BeforeAll
  static void connectForTheFirstTime(Containerd daemon) throws Exception {
    try (LayerPull pull = new LayerPull(daemon, SIZE)) {
      pull.run(16);
    }
  }

  static Stream<Arguments> everyFaultAtEveryPlace() {
    return EnumSet.allOf(Fault.class).stream()
        .flatMap(
            fault ->
                Stream.of(Place.values())
                    .flatMap(
                        place ->
                            PARALLELISMS.stream().map(some -> Arguments.of(fault, place, some))));
  }

  @ParameterizedTest(name = "{0} at the {1}, parallelism {2}")
  @MethodSource("everyFaultAtEveryPlace")
  @Execution(ExecutionMode.CONCURRENT)
  void aPullGetsOverAFault(Fault fault, Place place, int parallelism) throws Exception {
    try (LayerPull pull = new LayerPull(daemon, SIZE)) {
      Once once =
          parallelism == 1 && fault.isOfTheHead()
              ? Once.inTheSecondOf(fault, Math.max(1, place.in(SIZE)))
              : Once.at(fault, place);
      pull.faults(once);

      pull.run(parallelism);

      pull.assertStored();
      pull.assertNoLease();
      pull.assertNoIngest();
      Served served = pull.served();
      Set<Long> failed = once.failed();
      assertThat(failed).as("the fault happened").isNotEmpty();
      assertThat(pull.urls()).isEqualTo(fault.takesANewUrl() ? 2 : 1);
      if (parallelism == 1) {
        assertThat(served.transfers().getFirst().status()).as("no Range header").isEqualTo(200);
      }
      if (fault == Fault.CORRUPT_BYTE) {
        assertFetchedOnceMore(served);
        return;
      }
      served.assertNothingTwiceButTheRestOf(0, failed);
      LayerTransfer last =
          served.transfers().stream()
              .filter(transfer -> transfer.number() == once.lastFailed())
              .findFirst()
              .orElseThrow();
      if (fault.isRefused()) {
        assertThat(served.arrived(last).length()).as("trusted of %s", served).isZero();
      } else if (fault == Fault.STALL) {
        assertThat(served.arrived(last).length()).isEqualTo(last.bytesSent());
      } else if (fault == Fault.CLOSE) {
        assertThat(served.arrived(last).length())
            .isGreaterThanOrEqualTo(last.bytesSent() - HELD_BY_THE_CLIENT);
      }
    }
  }

  private static void assertFetchedOnceMore(Served served) {
    assertThat(served.bytesAsked())
        .as("asked for in %s", served)
        .isBetween(
            2 * served.size(), 2 * served.size() + served.size() / 10 + 2 * served.longest());
  }

  static Stream<Arguments> everyPlace() {
    return Stream.of(Place.values())
        .flatMap(place -> PARALLELISMS.stream().map(some -> Arguments.of(place, some)));
  }

  /**
   * The rest of the layer is requested after its first URL has expired. With parallelism 16, whose
   * connections take a busy machine seconds, it is requested after half of the URL's lifetime: from
   * then on the URL isn't used any more.
   */
  @ParameterizedTest(name = "at the {0}, parallelism {1}")
  @MethodSource("everyPlace")
  @Execution(ExecutionMode.CONCURRENT)
  void aPullRenewsAUrlBeforeItExpires(Place place, int parallelism) throws Exception {
    try (LayerPull pull = new LayerPull(daemon, SIZE)) {
      Once once = Once.at(Fault.CLOSE, place);
      pull.conditions()
          .urlLifetime(Duration.ofSeconds(parallelism == 16 ? 8 : 4))
          .layerLatency(Duration.ofMillis(4100));
      pull.faults(once);

      pull.run(parallelism);

      pull.assertStored();
      pull.assertNoLease();
      pull.assertNoIngest();
      Served served = pull.served();
      served.assertNothingTwiceButTheRestOf(0, once.failed());
      assertThat(pull.refused()).as("requests under a URL that had expired").isZero();
      assertThat(pull.urls()).isBetween(2L, (long) served.transfers().size());
    }
  }

  static Stream<Fault> everyFaultThatCanGoOnForEver() {
    // Slow bytes are no error.
    return EnumSet.complementOf(EnumSet.of(Fault.SLOW)).stream();
  }

  @ParameterizedTest
  @MethodSource("everyFaultThatCanGoOnForEver")
  @Execution(ExecutionMode.CONCURRENT)
  void aFaultThatNeverEndsIsOneErrorAndTheNextPullGoesOn(Fault fault) throws Exception {
    int size = 24 << 20;
    long broken = 13 << 20;
    try (LayerPull pull = new LayerPull(daemon, size)) {
      // The time limit begins at the first fault: a busy machine may take long until then.
      CompletableFuture<Long> firstFault = new CompletableFuture<>();
      pull.faults(
          request -> {
            LayerFault answer = faultBehind(broken, request, fault);
            if (!answer.equals(LayerFault.none())) {
              firstFault.complete(System.nanoTime());
            }
            return answer;
          });

      Throwable error = catchThrowable(() -> pull.run(4));

      assertThat(firstFault).as("the fault happened").isCompleted();
      assertThat(Duration.ofNanos(System.nanoTime() - firstFault.join()))
          .isLessThan(Duration.ofSeconds(fault.isAMatterOfTime() ? 35 : 20));
      if (fault == Fault.CORRUPT_BYTE) {
        assertThat(error).isInstanceOfAny(ImageException.class, ResolverException.class);
      } else {
        assertThat(error)
            .isInstanceOfSatisfying(
                ResolverException.class,
                refused -> {
                  assertThat(refused.code()).as(refused.getMessage()).isEqualTo(fault.code);
                  assertThat(refused.digest()).hasValue(pull.layer().digest());
                });
      }
      assertThat(error)
          .hasMessageContaining(pull.layer().digest().toString())
          .hasMessageMatching("(?s).*(" + fault.words + ").*");
      assertThat(error.getMessage()).doesNotContain("\n").doesNotContain("X-Amz-");
      pull.assertNoLease();
      long offset =
          pull.containerd().content().status(pull.ingest()).map(IngestStatus::offset).orElse(0L);
      if (fault == Fault.CORRUPT_BYTE) {
        pull.assertNoIngest();
      } else {
        assertThat(offset).as("what is left to be resumed").isBetween(1L, broken);
      }
      pull.mend();

      pull.run(4);

      pull.assertStored();
      pull.assertNoLease();
      pull.assertNoIngest();
      pull.served().assertNothingTwiceButTheRestOf(offset, Set.of());
    }
  }

  /** Answers correctly before a byte of the layer; any answer that includes it fails there. */
  private static LayerFault faultBehind(long broken, LayerRequest request, Fault fault) {
    ByteRange range = request.range();
    return range.end() <= broken
        ? LayerFault.none()
        : fault.at(Math.max(0, broken - range.first()), range.length());
  }

  /** Several faults in a row: more than chance would cause, but not without end. */
  @ParameterizedTest(name = "{0} faults, one after the other")
  @ValueSource(ints = {2, 3})
  @Execution(ExecutionMode.CONCURRENT)
  void aPullGetsOverSeveralFaultsOfOneRange(int faults) throws Exception {
    try (LayerPull pull = new LayerPull(daemon, SIZE)) {
      List<Long> failed = new ArrayList<>();
      pull.faults(
          request -> {
            synchronized (failed) {
              if (request.range().end() != SIZE || failed.size() == faults) {
                return LayerFault.none();
              }
              failed.add(request.number());
              return LayerFault.closeAfter(
                  IntStream.of(100_000, 0, 1).toArray()[failed.size() - 1]);
            }
          });

      pull.run(4);

      pull.assertStored();
      pull.assertNoLease();
      pull.assertNoIngest();
      pull.served().assertNothingTwiceButTheRestOf(0, new TreeSet<>(failed));
    }
  }

  /** A rule that makes one answer fail. */
  private static final class Once implements LayerFaults {
    private final Fault fault;
    private final Place place;

    /** The byte before which the first request ends, to cause a second one; -1 for none. */
    private final long closed;

    private final TreeSet<Long> failed = new TreeSet<>();

    private Once(Fault fault, Place place, long closed) {
      this.fault = fault;
      this.place = place;
      this.closed = closed;
    }

    /** The request for that byte of the layer fails at that byte of its answer. */
    static Once at(Fault fault, Place place) {
      return new Once(fault, place, -1);
    }

    /** The first request ends before a byte; the one that resumes there fails at its head. */
    static Once inTheSecondOf(Fault fault, long at) {
      return new Once(fault, Place.FIRST_BYTE, at);
    }

    @Override
    public synchronized LayerFault of(LayerRequest request) {
      ByteRange range = request.range();
      if (closed >= 0 && failed.size() < 2) {
        failed.add(request.number());
        return failed.size() == 1 ? LayerFault.closeAfter(closed) : fault.at(0, range.length());
      }
      long target = place.in(SIZE);
      if (closed >= 0 || !failed.isEmpty() || target < range.first() || target >= range.end()) {
        return LayerFault.none();
      }
      failed.add(request.number());
      return fault.at(place.in(range.length()), range.length());
    }

    /** The numbers of the requests that failed. */
    synchronized Set<Long> failed() {
      return Set.copyOf(failed);
    }

    synchronized long lastFailed() {
      return failed.last();
    }
  }
}
