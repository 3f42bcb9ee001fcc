package io.github.ecrcontainerd.containerd.internal.image;

import static io.github.ecrcontainerd.containerd.internal.memory.SampleImage.child;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.internal.memory.MemoryRegistry;
import io.github.ecrcontainerd.containerd.internal.memory.SampleImage;
import io.github.ecrcontainerd.containerd.internal.transfer.RegistrySource;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageWalkTest {
  private static final Platform AMD64 = Platform.parse("linux/amd64");
  private static final String NAME = "memory/app:1";

  private final MemoryRegistry registry = new MemoryRegistry();
  private final SampleImage image = new SampleImage(registry);

  @Test
  void choosesThePlatformOfAnIndexAndReadsEachDocumentOnce() throws Exception {
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor arm64 = image.image("linux", "arm64");
    Descriptor root = image.index(child(arm64, "linux", "arm64"), child(amd64, "linux", "amd64"));

    ImageGraph graph = pull(root);

    assertThat(graph.root().descriptor()).isEqualTo(root);
    assertThat(graph.documents())
        .extracting(node -> node.descriptor().digest())
        .containsExactly(root.digest(), amd64.digest());
    assertThat(graph.chosen().orElseThrow().manifest().layers()).hasSize(2);
    assertThat(graph.blobs()).hasSize(3);
    assertThat(registry.fetched()).doesNotHaveDuplicates().doesNotContain(arm64.digest());
  }

  @Test
  void readsAllPlatformsOnceAndChoosesOneOfThem() throws Exception {
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor root =
        image.index(
            child(image.image("linux", "arm64"), "linux", "arm64"), child(amd64, "linux", "amd64"));

    ImageGraph graph = walk(root, Selection.toPull(Optional.of(AMD64), true, true, false));

    assertThat(graph.documents()).hasSize(3);
    assertThat(graph.blobs()).hasSize(6);
    assertThat(graph.blobs().iterator().next())
        .isEqualTo(graph.chosen().orElseThrow().manifest().config());
    assertThat(registry.fetched()).doesNotHaveDuplicates();
  }

  @Test
  void passesOverAChildOfAnUnknownMediaType() throws Exception {
    Descriptor unknown = registry.put("application/vnd.example.thing", "not for us");
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor root = image.index(child(unknown, "linux", "amd64"), child(amd64, "linux", "amd64"));

    assertThat(pull(root).documents().getLast().descriptor().digest()).isEqualTo(amd64.digest());
  }

  @Test
  void listsWhatItPassedOverWhereNothingIsLeft() {
    Descriptor unknown = registry.put("application/vnd.example.thing", "not for us");
    Descriptor root =
        image.index(
            child(unknown, "linux", "amd64"),
            child(image.image("linux", "arm64"), "linux", "arm64"));

    assertThatThrownBy(() -> pull(root))
        .isInstanceOfSatisfying(
            ImageException.class,
            e -> assertThat(e.code()).isEqualTo(ImageException.Code.NO_PLATFORM))
        .hasMessageContaining("has no image for linux/amd64; it has linux/arm64")
        .hasMessageContaining("application/vnd.example.thing");
  }

  @Test
  void takesAChildWithoutAMediaTypeForWhatItsContentSays() throws Exception {
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor root = image.index(child(amd64.withMediaType(""), "linux", "amd64"));

    assertThat(pull(root).documents().getLast().descriptor().mediaType())
        .isEqualTo(MediaTypes.OCI_MANIFEST);
    assertThat(walk(root, Selection.toPush(Optional.empty(), false, false)).documents())
        .extracting(node -> node.descriptor().mediaType())
        .containsExactly(MediaTypes.OCI_INDEX, MediaTypes.OCI_MANIFEST);
  }

  @Test
  void asksTheConfigurationOfAChildWithoutAPlatform() throws Exception {
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor root = image.index(child(image.image("linux", "s390x")), child(amd64));

    assertThat(pull(root).documents().getLast().descriptor().digest()).isEqualTo(amd64.digest());
  }

  @Test
  void goesOnWithTheNextIndexWhereOneHasNothingForThePlatform() throws Exception {
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor empty = image.index(child(image.image("linux", "arm64"), "linux", "arm64"));
    Descriptor full = image.index(child(amd64, "linux", "amd64"));

    assertThat(pull(image.index(child(empty), child(full))).documents())
        .extracting(node -> node.descriptor().digest())
        .endsWith(full.digest(), amd64.digest())
        .doesNotContain(empty.digest());
  }

  @Test
  void takesAManifestThatWasNamedForWhatTheUserWantsAndWarnsWhereItIsForAnotherPlatform()
      throws Exception {
    Descriptor root = image.image("linux", "s390x");

    ImageGraph graph = walk(root, Selection.toPull(Optional.empty(), false, true, false));

    assertThat(graph.root().descriptor()).isEqualTo(root);
    assertThat(graph.warnings())
        .singleElement()
        .asString()
        .startsWith(NAME + " is for linux/s390x; it may not run on linux/");
  }

  @Test
  void refusesAManifestThatContradictsThePlatformThatWasAskedFor() {
    Descriptor root = image.image("linux", "s390x");

    assertThatThrownBy(() -> pull(root))
        .hasMessage(
            NAME
                + " has no image for linux/amd64; it has linux/s390x. Choose that as the platform");
  }

  @Test
  void acceptsAConfigurationThatSaysNoPlatform() throws Exception {
    Descriptor config = registry.put(MediaTypes.OCI_CONFIG, "{\"rootfs\":{\"diff_ids\":[]}}");

    ImageGraph graph = pull(image.manifest(config));

    assertThat(graph.warnings()).isEmpty();
    assertThat(graph.chosen().orElseThrow().config()).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "application/octet-stream,        true",
    "text/html,                       true",
    "application/vnd.example.config,  false",
  })
  void takesADockerManifestWithAnOddConfigurationForAnImage(String mediaType, boolean isImage)
      throws Exception {
    Descriptor config = registry.put(mediaType, "{\"os\":\"linux\",\"architecture\":\"amd64\"}");
    Descriptor layer = registry.put(MediaTypes.DOCKER_LAYER_GZIP, "a layer");
    Descriptor root =
        registry.put(
            MediaTypes.DOCKER_MANIFEST,
            """
            {"schemaVersion":2,"config":{"mediaType":"%s","digest":"%s","size":%d},
             "layers":[{"mediaType":"%s","digest":"%s","size":%d}]}
            """
                .formatted(
                    mediaType,
                    config.digest(),
                    config.size(),
                    layer.mediaType(),
                    layer.digest(),
                    layer.size()));

    assertThat(pull(root).chosen().orElseThrow().config().isPresent()).isEqualTo(isImage);
  }

  @Test
  void countsLayersOfARootFileSystemAlone() throws Exception {
    Descriptor root =
        image.manifest(
            image.config("linux", "amd64", 1),
            registry.put("application/vnd.in-toto+json", "provenance"),
            image.layer("files"),
            registry.put("application/wasm", "module"));

    ImageGraph graph = pull(root);

    assertThat(graph.chosen().orElseThrow().manifest().rootfsLayers()).hasSize(1);
    assertThat(graph.blobs()).hasSize(4);
  }

  @Test
  void fetchesADamagedDocumentOnceMoreAndThenSaysWhatIsWrong() throws Exception {
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor root = image.index(child(amd64, "linux", "amd64"));
    registry.damage(amd64);

    assertThatThrownBy(() -> pull(root))
        .isInstanceOfSatisfying(
            ImageException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ImageException.Code.DAMAGED);
              assertThat(e.digest()).contains(amd64.digest());
              assertThat(e.reference()).contains(NAME);
            });
    assertThat(registry.fetched()).containsExactly(amd64.digest(), amd64.digest());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 1_000_000, 9_223_372_036_854_775_807L})
  void namesBothSizesOfADocumentThatHasAnother(long size) {
    Descriptor amd64 = image.image("linux", "amd64");
    Descriptor lied = Descriptor.of(amd64.mediaType(), amd64.digest(), size);

    assertThatThrownBy(() -> pull(image.index(child(lied, "linux", "amd64"))))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("%,d".formatted(size));
  }

  @Test
  void boundsTheDepthOfIndexes() {
    Descriptor deep = image.image("linux", "amd64");
    for (int i = 0; i <= Limits.MAX_INDEX_DEPTH; i++) {
      deep = image.index(child(deep, "linux", "amd64"));
    }
    Descriptor root = deep;

    assertThatThrownBy(() -> pull(root)).hasMessageContaining("nests its indexes more than 4 deep");
    assertThatThrownBy(() -> walk(root, Selection.toPush(Optional.empty(), false, false)))
        .hasMessageContaining("nests its indexes more than 4 deep");
  }

  @Test
  void boundsTheBytesOfAllDocuments() {
    String[] children = new String[5];
    for (int i = 0; i < children.length; i++) {
      Descriptor padded =
          registry.put(
              MediaTypes.OCI_MANIFEST,
              "{\"config\":{\"mediaType\":\"x\",\"digest\":\"sha256:%s\",\"size\":1},\"layers\":[],\"i\":%d}"
                  .formatted("0".repeat(64), i)
                  .concat(" ".repeat(4_000_000)));
      children[i] = child(padded);
    }

    assertThatThrownBy(
            () -> walk(image.index(children), Selection.toPush(Optional.empty(), false, false)))
        .isInstanceOfSatisfying(
            ImageException.class,
            e -> assertThat(e.code()).isEqualTo(ImageException.Code.TOO_LARGE));
  }

  @Test
  void takesReferrersAndTheirReferrersAlong() throws Exception {
    Descriptor root = image.image("linux", "amd64");
    Descriptor sbom = image.manifest(registry.put("application/spdx+json", "an SBOM"));
    Descriptor signature = image.manifest(registry.put("application/x-signature", "signed"));
    registry.refer(root, sbom);
    registry.refer(sbom, signature);

    ImageGraph graph = walk(root, Selection.toPush(Optional.empty(), false, true));

    assertThat(graph.referrers())
        .extracting(ImageGraph.Referrer::subject)
        .containsExactly(root.digest(), sbom.digest());
    assertThat(graph.documents()).hasSize(3);
  }

  @Test
  void boundsTheReferrers() {
    Descriptor root = image.image("linux", "amd64");
    Descriptor config = registry.put("application/x", "x");
    for (int i = 0; i <= Limits.MAX_REFERRERS; i++) {
      registry.refer(root, image.manifest(config, image.layer("referrer " + i)));
    }

    assertThatThrownBy(() -> walk(root, Selection.toPush(Optional.empty(), false, true)))
        .hasMessageContaining("has more than 1,000 referrers");
  }

  @Test
  void ordersDocumentsForARegistryWithoutOneBeforeItsChildren() throws Exception {
    Descriptor shared = image.image("linux", "amd64");
    Descriptor inner = image.index(child(shared, "linux", "amd64"));
    Descriptor root = image.index(child(shared, "linux", "amd64"), child(inner));

    ImageGraph graph = walk(root, Selection.toPush(Optional.empty(), false, false));

    assertThat(graph.childrenFirst())
        .extracting(node -> node.descriptor().digest())
        .containsExactly(shared.digest(), inner.digest(), root.digest());
  }

  @Test
  void leavesForeignLayersOutOfAPushUnlessTheyAreWanted() throws Exception {
    Descriptor foreign = registry.put(MediaTypes.DOCKER_FOREIGN_LAYER + ".gzip", "licensed");
    Descriptor root = image.manifest(image.config("linux", "amd64", 1), foreign);

    assertThat(walk(root, Selection.toPush(Optional.empty(), false, false)).blobs())
        .doesNotContain(foreign);
    assertThat(walk(root, Selection.toPush(Optional.empty(), true, false)).blobs())
        .contains(foreign);
  }

  private ImageGraph pull(Descriptor root) throws InterruptedException {
    return walk(root, Selection.toPull(Optional.of(AMD64), false, true, false));
  }

  private ImageGraph walk(Descriptor root, Selection selection) throws InterruptedException {
    // A root of no other digest is what the resolver knew: nothing else comes without a fetch.
    registry.tag("1", root);
    Resolution resolved = registry.resolve("1");
    Source source = new RegistrySource(registry, resolved);
    return new ImageWalk(DocumentReader.of(NAME, source), source, selection).from(root);
  }
}
