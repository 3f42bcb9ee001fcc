package io.github.ecrcontainerd.it.faults;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing is lost, whatever goes wrong, and whenever: each cell runs the command as a process, lets
 * one thing go wrong, and expects success or the one error that names it. Then the same command,
 * undisturbed, fetches what is missing, and leaves nothing behind but the image, whose file tree is
 * the one that containerd's own import makes.
 *
 * <p>Usually this runs a sample with each moment. {@code -Dit.faults.minutes=N} walks through the
 * table at random for that long, {@code -Dit.faults.cells=N} for that many cells, and {@code
 * -Dit.faults.seed=N} repeats such a walk; {@code -Dit.faults.only=TEXT} leaves the cells whose
 * names contain that. The table of what came of it is in {@code target/faults-<daemon>.md}.
 */
@WithContainerd
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultTableIT {
  private static final int MINUTES = Integer.getInteger("it.faults.minutes", 0);
  private static final int CELLS = Integer.getInteger("it.faults.cells", 0);

  /** Only the cells whose name contains this. */
  private static final String ONLY = System.getProperty("it.faults.only", "");

  /** Each kind of daemon gets another sample. */
  private static final long SEED =
      Long.getLong("it.faults.seed", System.getProperty("it.containerd", "").hashCode());

  private final Containerd daemon;
  private final FaultTable table = new FaultTable();

  FaultTableIT(Containerd daemon) {
    this.daemon = daemon;
  }

  static Stream<Cell> cells() {
    Random random = new Random(SEED);
    List<Cell> all = new ArrayList<>(Cell.all());
    all.removeIf(cell -> !cell.toString().contains(ONLY));
    if (MINUTES > 0 || CELLS > 0) {
      System.out.println("seed " + SEED);
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
      Stream<Cell> walk = Stream.generate(() -> all.get(random.nextInt(all.size())));
      return CELLS > 0 ? walk.limit(CELLS) : walk.takeWhile(cell -> System.nanoTime() < end);
    }
    Collections.shuffle(all, random);
    return Stream.of(Moment.values())
        .flatMap(moment -> all.stream().filter(cell -> cell.moment() == moment).limit(1));
  }

  @AfterEach
  void goOn() {
    if (!daemon.isRunning()) {
      daemon.start();
    }
  }

  @AfterAll
  void writeTable() throws Exception {
    String name =
        Path.of(System.getProperty("it.containerd", "installed")).getFileName().toString();
    table.write(Path.of("target", "faults-" + name + ".md"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void nothingIsLost(Cell cell, @TempDir Path directory) throws Exception {
    try (Scene scene = new Scene(daemon, cell, directory)) {
      Outcome outcome = scene.play();
      scene.assertNothingIsLost(outcome);
      table.add(cell, outcome, scene.took());
    }
  }
}
