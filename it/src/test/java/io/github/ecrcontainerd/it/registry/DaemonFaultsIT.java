package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.content.IngestStatus;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.Relay;
import io.github.ecrcontainerd.it.daemon.StoredContent;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.support.Signal;
import io.github.ecrcontainerd.local.LayerFault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of the daemon's faults: what happens to it, where in a layer, with how many ranges at a
 * time. Each cell ends in success or the named error; afterwards nothing wrong is stored, and a
 * plain pull fetches what is missing and leaves nothing behind. {@code -Dit.cells=N} runs that many
 * cells instead of a sample, {@code -Dit.seed=N} chooses others.
 */
@WithContainerd
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DaemonFaultsIT {
  private static final int SIZE = 10 << 20;
  private static final int SAMPLE = Integer.getInteger("it.cells", 9);
  private static final long SEED = Long.getLong("it.seed", 15);

  /** How long a pull may take after the fault, on a busy machine. */
  private static final long SECONDS = 45;

  private final Containerd daemon;

  DaemonFaultsIT(Containerd daemon) {
    this.daemon = daemon;
  }

  enum What {
    KILLED_AND_RESTARTED,
    STOPPED_AND_RESTARTED,
    /** SIGSTOP, and SIGCONT while the registry is silent. */
    SUSPENDED,
    /** The connection breaks at the next call; the daemon runs on. */
    CONNECTION_BROKEN
  }

  /**
   * A cell of the table.
   *
   * @param place how far the layer's bytes come before the fault
   */
  record Cell(What what, Place place, int parallelism) {}

  /** The first cells have each fault once, whatever the seed. */
  static Stream<Cell> cells() {
    Random random = new Random(SEED);
    List<Cell> all = new ArrayList<>();
    List<Cell> others = new ArrayList<>();
    for (What what : What.values()) {
      List<Cell> row = new ArrayList<>();
      for (Place place : Place.values()) {
        for (int parallelism : new int[] {1, 4, 16}) {
          row.add(new Cell(what, place, parallelism));
        }
      }
      Collections.shuffle(row, random);
      all.add(row.removeFirst());
      others.addAll(row);
    }
    Collections.shuffle(others, random);
    all.addAll(others);
    return all.stream().limit(SAMPLE);
  }

  @AfterEach
  void goOn() {
    if (!daemon.isRunning()) {
      daemon.start();
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void nothingIsLost(Cell cell) throws Exception {
    Path socket = daemon.directory().resolve("faults.sock");
    CountDownLatch over = new CountDownLatch(1);
    try (LayerPull pull = new LayerPull(daemon, SIZE);
        Relay relay = Relay.open(socket, daemon.socket());
        ContainerdClient client =
            ContainerdClient.builder().address(socket).namespace(pull.namespace()).build()) {
      CountDownLatch reached = new CountDownLatch(1);
      long place = cell.place().in(SIZE);
      pull.faults(
          request -> {
            if (over.getCount() == 0 || request.range().end() <= place) {
              return LayerFault.none();
            }
            if (request.range().first() <= place) {
              reached.countDown();
            }
            return LayerFault.stallAfter(Math.max(0, place - request.range().first()));
          });
      FutureTask<Throwable> pulling =
          new FutureTask<>(
              () ->
                  catchThrowable(
                      () -> {
                        try (EcrResolver resolver =
                            pull.resolver().layerDownloadParallelism(cell.parallelism()).build()) {
                          client.pull(
                              pull.reference(),
                              resolver,
                              PullOptions.builder().unpack(false).build());
                        }
                      }));
      Thread.startVirtualThread(pulling);
      assertThat(reached.await(30, TimeUnit.SECONDS)).isTrue();

      bringAbout(cell.what(), relay);
      over.countDown();

      Throwable error = pulling.get(SECONDS, TimeUnit.SECONDS);
      if (cell.what() == What.SUSPENDED) {
        assertThat(error).as("%s", cell).isNull();
      }
      if (error != null) {
        assertThat(error)
            .as("%s", cell)
            .isInstanceOfSatisfying(
                ContainerdException.class,
                gone -> assertThat(gone.code()).isEqualTo(Code.UNAVAILABLE))
            .hasMessageEndingWith("is it running?");
      }
      assertTheNextPullIsRight(pull, error == null);
    }
  }

  private void bringAbout(What what, Relay relay) throws InterruptedException {
    switch (what) {
      case KILLED_AND_RESTARTED -> {
        daemon.kill();
        daemon.start();
      }
      case STOPPED_AND_RESTARTED -> {
        daemon.stop();
        daemon.start();
      }
      case SUSPENDED -> {
        Signal.SIGSTOP.send(daemon.pid());
        try {
          // The time is the fault: long enough for some pieces to wait.
          TimeUnit.SECONDS.sleep(2);
        } finally {
          Signal.SIGCONT.send(daemon.pid());
        }
      }
      case CONNECTION_BROKEN -> relay.breakTheConnection();
    }
  }

  private void assertTheNextPullIsRight(LayerPull pull, boolean complete) throws Exception {
    StoredContent.checkBytes(daemon);
    long offset =
        complete
            ? SIZE
            : pull.containerd()
                .content()
                .status(pull.ingest())
                .map(IngestStatus::offset)
                .orElse(0L);
    pull.mend();

    pull.run(4);

    pull.assertStored();
    pull.assertNoIngest();
    if (complete) {
      assertThat(pull.served().transfers()).isEmpty();
    } else {
      pull.served().assertNothingTwiceButTheRestOf(offset, Set.of());
    }
    assertThat(daemon.ctr("-n", pull.namespace(), "leases", "ls", "-q")).isBlank();
  }
}
