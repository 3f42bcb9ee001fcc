package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.testing.ContainerdContainer;
import io.github.ecrcontainerd.testing.TestRegistry;
import io.github.ecrcontainerd.testing.WithEcrAndContainerd;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ecr-testing} gives an application's test, with an image that skopeo pushes there. */
@Tag("docker")
@WithEcrAndContainerd
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EcrTestingIT {

  @Test
  void aTestPullsWhatItHasPutIntoItsRegistry(
      TestRegistry registry,
      EcrResolver resolver,
      ContainerdClient containerd,
      ContainerdContainer daemon,
      @TempDir Path directory)
      throws Exception {
    OciLayout layout = OciLayout.create(directory.resolve("layout"));
    layout.tag("made", LayeredImage.write(layout, 5).manifest());
    Command.run(
        List.of(
            "skopeo",
            "copy",
            "oci:" + layout.directory() + ":made",
            "oci:" + registry.directory().resolve("app") + ":1.4"));

    containerd.pull(registry.reference("app", "1.4"), resolver);

    assertThat(
            daemon
                .execInContainer("ctr", "-a", daemon.socket().toString(), "image", "check")
                .getStdout())
        .contains("app:1.4", "complete");
  }

  @Test
  void allTestsOfAClassHaveTheSame(
      TestRegistry registry, TestRegistry same, ContainerdContainer daemon) {
    assertThat(registry).isSameAs(same);
    assertThat(daemon.isRunning()).isTrue();
  }
}
