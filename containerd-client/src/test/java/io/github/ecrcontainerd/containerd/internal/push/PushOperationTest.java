package io.github.ecrcontainerd.containerd.internal.push;

import static io.github.ecrcontainerd.containerd.internal.memory.SampleImage.child;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.containerd.internal.image.RemoteImage;
import io.github.ecrcontainerd.containerd.internal.memory.MemoryContainerd;
import io.github.ecrcontainerd.containerd.internal.memory.MemoryRegistry;
import io.github.ecrcontainerd.containerd.internal.memory.SampleImage;
import io.github.ecrcontainerd.containerd.internal.pull.PullOperation;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class PushOperationTest {
  private final MemoryRegistry from = new MemoryRegistry();
  private final MemoryRegistry to = new MemoryRegistry();
  private final MemoryContainerd containerd = new MemoryContainerd();
  private final SampleImage image = new SampleImage(from);

  @Test
  void putsBlobsThenChildrenThenTheRoot() throws Exception {
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor root = image.index(child(amd64, "linux", "amd64"));
    pull(root);

    push(root, PushOptions.defaults());

    assertThat(to.stored()).hasSize(5).endsWith(amd64.digest(), root.digest());
    assertThat(to.tagged("1")).isEqualTo(root);
    assertThat(containerd.held()).isEmpty();
  }

  @Test
  void copiesTheSameFromARegistryAndNothingTwice() throws Exception {
    Descriptor root = image.index(child(image.image("linux", "amd64"), "linux", "amd64"));

    copy(root, PushOptions.defaults());
    int stored = to.stored().size();
    copy(root, PushOptions.defaults());

    assertThat(to.tagged("1")).isEqualTo(root);
    assertThat(to.stored()).hasSize(stored + 2);
  }

  @Test
  void movesTheTagAfterTheReferrers() throws Exception {
    Descriptor root = image.image("linux", "amd64");
    Descriptor sbom = image.manifest(from.put("application/spdx+json", "an SBOM"));
    from.refer(root, sbom);

    copy(root, PushOptions.builder().withReferrers(true).build());

    assertThat(to.stored()).endsWith(root.digest(), sbom.digest(), root.digest());
  }

  @Test
  void namesWhatContainerdLacksBeforeAnythingIsUploaded() throws Exception {
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor arm64 = image.image("linux", "arm64");
    Descriptor root = image.index(child(amd64, "linux", "amd64"), child(arm64, "linux", "arm64"));
    pull(root);

    assertThatThrownBy(() -> push(root, PushOptions.defaults()))
        .isInstanceOfSatisfying(
            ImageException.class,
            e -> assertThat(e.code()).isEqualTo(ImageException.Code.INCOMPLETE))
        .hasMessageContaining("the manifest " + arm64.digest() + " for linux/arm64");
    assertThat(to.stored()).isEmpty();
  }

  @Test
  void copiesABlobOfAnotherDigestAlgorithm() throws Exception {
    byte[] content = "a layer".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Descriptor layer =
        Descriptor.of(
            MediaTypes.OCI_LAYER_GZIP, Digest.of(Digest.Algorithm.SHA512, content), content.length);
    from.put(layer, content);
    Descriptor root = image.manifest(image.config("linux", "amd64", 1), layer);

    copy(root, PushOptions.defaults());

    assertThat(to.stored()).contains(layer.digest());
  }

  @Test
  void refusesABlobWhoseBytesAreWrongWhenTheyWereReadTwice() {
    Descriptor layer = image.layer("a layer");
    Descriptor root = image.manifest(image.config("linux", "amd64", 1), layer);
    from.damage(layer);

    assertThatThrownBy(() -> copy(root, PushOptions.defaults()))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.code()).isEqualTo(ImageException.Code.DAMAGED));
    assertThat(to.has(layer)).isFalse();
    assertThat(to.tagged("1")).isNull();
  }

  private void pull(Descriptor root) throws InterruptedException {
    from.tag("1", root);
    PullOptions options = PullOptions.builder().unpack(false).build();
    var _ =
        new PullOperation(containerd, "default", Assertions::fail, options)
            .run(RemoteImage.of("1", from));
  }

  private void push(Descriptor root, PushOptions options) throws InterruptedException {
    var _ = new PushOperation(RemoteImage.of("1", to), options).fromStore(containerd, root);
  }

  private void copy(Descriptor root, PushOptions options) throws InterruptedException {
    from.tag("1", root);
    var _ =
        new PushOperation(RemoteImage.of("1", to), options).fromRegistry(RemoteImage.of("1", from));
  }
}
