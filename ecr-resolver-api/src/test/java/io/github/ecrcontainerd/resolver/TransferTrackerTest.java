package io.github.ecrcontainerd.resolver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.resolver.TransferTracker.State;
import io.github.ecrcontainerd.resolver.TransferTracker.Transfer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class TransferTrackerTest {
  private final TransferTracker tracker = new TransferTracker(3);

  private static Descriptor blob(int number) {
    return Descriptor.of(MediaTypes.OCI_LAYER, ("blob " + number).getBytes(UTF_8));
  }

  private State stateOf(Descriptor content) {
    return tracker.of(content.digest()).orElseThrow().state();
  }

  @Test
  void followsATransferToItsEnd() {
    tracker.started(blob(1), 2);
    tracker.transferred(blob(1), 3);
    assertThat(tracker.of(blob(1).digest())).contains(new Transfer(blob(1), State.STARTED, 2, 3));
    assertThat(tracker.of(blob(1).digest()).orElseThrow().position()).isEqualTo(5);

    tracker.transferred(blob(1), 1);
    tracker.completed(blob(1));
    assertThat(tracker.snapshot())
        .containsOnlyKeys(blob(1).digest())
        .containsValue(new Transfer(blob(1), State.COMPLETED, 2, 4));
  }

  @Test
  void knowsWhatFailedAndWhatWasBegunAgain() {
    tracker.started(blob(1), 0);
    tracker.failed(blob(1), new IllegalStateException());
    assertThat(stateOf(blob(1))).isEqualTo(State.FAILED);

    tracker.started(blob(1), 4);
    assertThat(tracker.of(blob(1).digest())).contains(new Transfer(blob(1), State.STARTED, 4, 0));
  }

  @Test
  void knowsNothingOfWhatWasNeverBegun() {
    tracker.transferred(blob(1), 1);
    tracker.completed(blob(1));
    assertThat(tracker.of(blob(1).digest())).isEmpty();
    assertThat(tracker.snapshot()).isEmpty();
  }

  @Test
  void givesASnapshotThatStaysAsItIs() {
    tracker.started(blob(1), 0);
    var before = tracker.snapshot();
    tracker.completed(blob(1));
    assertThat(before.values()).extracting(Transfer::state).containsExactly(State.STARTED);
  }

  @Test
  void forgetsWhatEndedLongestAgoAndNothingThatIsUnderWay() {
    tracker.started(blob(0), 0);
    for (int number = 1; number <= 4; number++) {
      tracker.started(blob(number), 0);
      tracker.completed(blob(number));
    }
    assertThat(tracker.snapshot())
        .containsOnlyKeys(blob(0).digest(), blob(3).digest(), blob(4).digest());
    assertThat(stateOf(blob(0))).isEqualTo(State.STARTED);
  }

  @Test
  void losesNoByteThatSeveralThreadsTellItOf() {
    for (int number = 0; number < 3; number++) {
      tracker.started(blob(number), 0);
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int thread = 0; thread < 300; thread++) {
        Descriptor content = blob(thread % 3);
        threads.execute(() -> tracker.transferred(content, 2));
      }
    }
    assertThat(tracker.snapshot().values()).extracting(Transfer::transferred).containsOnly(200L);
  }
}
