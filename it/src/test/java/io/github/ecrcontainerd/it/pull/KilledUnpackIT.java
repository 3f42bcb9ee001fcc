package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.Tree;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it unpacks leaves no snapshot that is wrong. */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(900)
class KilledUnpackIT {
  private static final int KILLS = Integer.getInteger("it.kills", 6);

  /** From before its start-up is over until after its end, over the link as it is here. */
  private static final Duration LATEST = Duration.ofMillis(2500);

  private final Containerd daemon;
  private final LocalEcr ecr;

  KilledUnpackIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @Test
  void theNextPullMakesTheImageWhole(@TempDir Path directory) throws Exception {
    Instant begin = Instant.now().minusSeconds(1);
    Random random = new Random(13);
    int killed = 0;
    try (Containerd other = Containerd.open()) {
      for (int kill = 0; kill < KILLS; kill++) {
        String repository = "killed-" + kill;
        OciImage image = LayeredImage.write(ecr.repository(repository), kill);
        // Some seconds for all of it, so that most are killed in the middle.
        ecr.server().conditions().bandwidthPerConnection(4 << 20);
        Process pull =
            EcrCommand.withCredentials()
                .start(directory.resolve("out"), directory.resolve("err"), command(repository));
        // The moment is random, so there is nothing to wait for.
        if (!pull.waitFor(random.nextLong(LATEST.toMillis()), TimeUnit.MILLISECONDS)) {
          pull.destroyForcibly().waitFor();
          killed++;
        }
        ecr.server().conditions().unlimitedBandwidth();

        EcrCommand.Ended next = EcrCommand.withCredentials().run(command(repository));

        assertThat(next.status()).as(next.err()).isZero();
        ecr.existing(repository).importInto(other, repository);
        Tree theirs = Tree.ofSnapshot(other, "overlayfs", image.chainId()).withoutTimesAfter(begin);
        Tree ours = Tree.ofSnapshot(daemon, "overlayfs", image.chainId()).withoutTimesAfter(begin);
        assertThat(ours.differences(theirs)).as("kill %d", kill).isEmpty();
      }
    }
    assertThat(killed).isGreaterThan(KILLS / 2);
    // Each pull ends the leases of those that were killed before it; what these kept is collected.
    assertThat(daemon.heldLeases()).isEmpty();
    daemon.collectGarbage("default");
    assertThat(daemon.ctr("snapshots", "ls")).doesNotContain("extract-");
  }

  private String[] command(String repository) {
    return new String[] {
      "pull",
      ecr.reference(repository, "latest"),
      "--unpack=direct",
      "--address=" + daemon.socket(),
      "--endpoint-url=" + ecr.server().endpoint()
    };
  }
}
