package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.container.ContainerOptions;
import io.github.ecrcontainerd.containerd.container.RuntimeSpec;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.testing.ContainerdContainer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.ContainerLaunchException;

/**
 * Uses {@link ContainerdContainer} like a user of the library. Runs only with Docker: otherwise
 * {@code it/pom.xml} excludes its tag.
 */
@Tag("docker")
@ExtendWith(PrivateEcr.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContainerdContainerIT {

  @Test
  void pullsAndRunsThroughTheSocketThatItShares(LocalEcr ecr) throws Exception {
    OciImage image = tagBusybox(ecr.repository("shared"));
    Path socket;
    try (var daemon = new ContainerdContainer(DaemonInDocker.base())) {
      daemon.start();
      socket = daemon.socket();
      try (EcrResolver resolver = ecr.resolver().build();
          ContainerdClient containerd = ContainerdClient.builder().address(socket).build()) {
        Image pulled =
            containerd.pull(ecr.reference("shared", "latest"), resolver, PullOptions.defaults());
        var out = new ByteArrayOutputStream();
        ContainerOptions echo =
            ContainerOptions.of(
                    pulled.name(),
                    "overlayfs",
                    image.chainId().toString(),
                    RuntimeSpec.of("/bin/busybox", "echo", "from a container in a container"))
                .withOutput(out, out);
        assertThat(containerd.run(echo).code()).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
            .isEqualTo("from a container in a container\n");
      }
      assertThat(daemon.execInContainer("ctr", "-a", socket.toString(), "image", "check"))
          .satisfies(
              check -> assertThat(check.getStdout()).contains("shared", "complete"),
              check -> assertThat(check.getExitCode()).isZero());
    }
    assertThat(socket.getParent()).doesNotExist();
  }

  @Test
  void givesItsSocketToTheUserWhoRunsTheTests() throws Exception {
    try (var daemon = new ContainerdContainer(DaemonInDocker.base())) {
      daemon.start();
      assertThat(Files.getOwner(daemon.socket()))
          .isEqualTo(Files.getOwner(daemon.socket().getParent()));
    }
  }

  @Test
  void goesOnWithWhatItHasAfterItsDaemonWasKilled() throws Exception {
    try (var daemon = new ContainerdContainer(DaemonInDocker.base())) {
      daemon.start();
      try (ContainerdClient containerd =
          ContainerdClient.builder().address(daemon.socket()).build()) {
        containerd.namespaces().create("kept", Map.of());
        daemon.endContainerd(true);
        assertThatThrownBy(() -> containerd.namespaces().list())
            .hasMessageContaining("no containerd at " + daemon.socket());
        daemon.startContainerd();
        assertThat(containerd.namespaces().list()).anyMatch(n -> n.name().equals("kept"));
      }
    }
  }

  @Test
  void saysWhatContainerdSaidWhenItDoesNotStart(@TempDir Path directory) throws Exception {
    Path wrong = Files.writeString(directory.resolve("config.toml"), "version = \"none\"\n");
    try (var daemon = new ContainerdContainer(DaemonInDocker.base()).configuredBy(wrong)) {
      assertThatThrownBy(daemon::start)
          .isInstanceOf(ContainerLaunchException.class)
          .rootCause()
          .hasMessageContaining("containerd did not start")
          .hasMessageContaining("none");
    }
  }

  @Test
  void hasNoSocketBeforeItsStart() {
    try (var daemon = new ContainerdContainer(DaemonInDocker.base())) {
      assertThatThrownBy(daemon::socket).isInstanceOf(IllegalStateException.class);
    }
  }

  private static OciImage tagBusybox(OciLayout layout) throws Exception {
    LayerTar tar = new LayerTar().directory("bin", 0755);
    tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(Layer.gzip(tar)));
    layout.tag("latest", image.manifest());
    return image;
  }
}
