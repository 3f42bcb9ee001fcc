package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.Layer.Compression;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.image.RootFs;
import io.github.ecrcontainerd.it.image.Tree;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@WithContainerd
@ExtendWith(PrivateEcr.class)
class UnpackIT {

  /**
   * The same image into two daemons, by us into one and by the daemon's own tool into the other:
   * what containers see must be the same to the last bit.
   */
  @Test
  void unpacksARealRootFileSystemAsTheDaemonsOwnImportDoes(Containerd first, LocalEcr ecr)
      throws Exception {
    List<LayerTar> tars = RootFs.layers();
    OciLayout layout = ecr.repository("rootfs");
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            List.of(
                Layer.of(Compression.GZIP, tars.get(0)),
                Layer.of(Compression.ZSTD, tars.get(1)),
                Layer.of(Compression.PLAIN, tars.get(2))));
    layout.tag("latest", image.manifest());

    Tree ours;
    try (EcrResolver resolver = ecr.resolver().build();
        ContainerdClient containerd = ContainerdClient.builder().address(first.socket()).build()) {
      containerd.pull(ecr.reference("rootfs", "latest"), resolver, PullOptions.defaults());
      ours = Tree.ofSnapshot(first, "overlayfs", image.chainId());
    }
    Tree theirs;
    try (Containerd second = Containerd.open()) {
      layout.importInto(second, "rootfs");
      theirs = Tree.ofSnapshot(second, "overlayfs", image.chainId());
    }

    assertThat(ours.entries()).hasSizeGreaterThan(3000);
    assertThat(ours.differences(theirs)).isEmpty();
  }
}
