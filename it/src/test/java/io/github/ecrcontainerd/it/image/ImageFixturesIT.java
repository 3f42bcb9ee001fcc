package io.github.ecrcontainerd.it.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer.Compression;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Platform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks the images of other tests with programs that are not ours. */
@WithContainerd
class ImageFixturesIT {
  @TempDir static Path directory;
  private static OciLayout rootFs;
  private static OciImage image;

  @BeforeAll
  static void importsARootFileSystem(Containerd containerd) {
    rootFs = OciLayout.create(directory.resolve("rootfs"));
    image = rootFs.image(Format.OCI, OciLayout.HERE, mixed(RootFs.layers()));
    rootFs.tag("latest", image.manifest());
    rootFs.importInto(containerd, "rootfs");
  }

  @Test
  void aRootFileSystemIsUnpackedToWhatItsLayersSay(Containerd containerd) {
    Tree tree = Tree.ofSnapshot(containerd, "overlayfs", image.chainId());

    assertThat(tree.entries()).hasSizeGreaterThan(3000);
    Map<String, Tree.Entry> entries = tree.entries();
    assertThat(entries)
        .containsKeys("opt/app/b", "opt/replaced/above", "opt/app/c2")
        .doesNotContainKeys("opt/app/a", "opt/b3", "opt/replaced/below", "etc/empty")
        .doesNotContainKeys("usr/local/fifo", "opt/app/.wh.a");
    assertThat(entry(tree, "usr/local/bin/setuid").mode()).isEqualTo(0104755);
    assertThat(entry(tree, "tmp").mode()).isEqualTo(0041777);
    assertThat(entry(tree, "opt/app/b2").firstName()).isEqualTo("opt/app/b");
    assertThat(entry(tree, "opt/app/c2").firstName()).isEqualTo("opt/app/c");
    assertThat(entry(tree, "etc/hostname").link()).contains("../opt/app/c");
    assertThat(entry(tree, "usr/local/owned-by-a-high-id").uid()).isEqualTo(3_000_000);
    assertThat(entry(tree, "usr/local/noted").attributes())
        .isEqualTo(Map.of("user.note", "78", "user.empty-ish", "203d20"));
    assertThat(entry(tree, "usr/local/bin/capable").attributes())
        .isEqualTo(Map.of("security.capability", "01000002" + "00040000" + "0".repeat(24)));
    assertThat(entry(tree, "usr/local/" + "n".repeat(255)).size()).isEqualTo(19);
  }

  @Test
  void twoDaemonsUnpackTheSameTree(Containerd containerd) {
    try (Containerd other = Containerd.open()) {
      rootFs.importInto(other, "rootfs");

      Tree one = Tree.ofSnapshot(containerd, "overlayfs", image.chainId());
      Tree two = Tree.ofSnapshot(other, "overlayfs", image.chainId());

      assertThat(one.differences(two)).isEmpty();
    }
  }

  @Test
  void treesTellWhereTheyDiffer(Containerd containerd) {
    LayerTar oci = new LayerTar().file("greeting", 0644, "hello");
    LayerTar docker = new LayerTar().file("greeting", 0644, "hello").file("more", 0600, "x");
    OciLayout layout = OciLayout.create(directory.resolve("both"));
    OciImage first = layout.image(Format.OCI, OciLayout.HERE, List.of(Layer.gzip(oci)));
    OciImage second = layout.image(Format.DOCKER, OciLayout.HERE, List.of(Layer.gzip(docker)));
    layout.tag("oci", first.manifest());
    layout.tag("docker", second.manifest());
    layout.importInto(containerd, "both");

    Tree one = Tree.ofSnapshot(containerd, "overlayfs", first.chainId());
    Tree two = Tree.ofSnapshot(containerd, "overlayfs", second.chainId());

    assertThat(one.differences(one)).isEmpty();
    assertThat(one.differences(two)).hasSize(1).allMatch(line -> line.startsWith("more: null |"));
  }

  @Test
  void anIndexOfPlatformsIsReadByOtherTools() {
    OciLayout layout = OciLayout.create(directory.resolve("index"));
    List<Descriptor> manifests = new ArrayList<>();
    for (String platform : List.of("linux/amd64", "linux/arm64", "linux/arm/v6", "linux/arm/v7")) {
      LayerTar tar = new LayerTar().file("platform", 0644, platform);
      manifests.add(
          layout.image(Format.OCI, Platform.parse(platform), List.of(Layer.gzip(tar))).manifest());
    }
    layout.tag("latest", layout.index(Format.OCI, manifests));

    String raw = skopeo("inspect", "--raw", "oci:" + layout.directory() + ":latest");
    String arm =
        skopeo(
            "--override-arch",
            "arm",
            "--override-variant",
            "v6",
            "inspect",
            "oci:" + layout.directory() + ":latest");

    manifests.forEach(manifest -> assertThat(raw).contains(manifest.digest().toString()));
    assertThat(arm).contains("\"Architecture\": \"arm\"");
  }

  private static Tree.Entry entry(Tree tree, String path) {
    return Optional.ofNullable(tree.entries().get(path)).orElseThrow();
  }

  private static String skopeo(String... arguments) {
    return Command.run(Stream.concat(Stream.of("skopeo"), Stream.of(arguments)).toList());
  }

  private static List<Layer> mixed(List<LayerTar> tars) {
    return List.of(
        Layer.of(Compression.GZIP, tars.get(0)),
        Layer.of(Compression.ZSTD, tars.get(1)),
        Layer.of(Compression.PLAIN, tars.get(2)));
  }
}
