package io.github.ecrcontainerd.resolver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTypesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        MediaTypes.OCI_LAYER,
        MediaTypes.OCI_LAYER_GZIP,
        MediaTypes.OCI_LAYER_ZSTD,
        MediaTypes.OCI_NONDISTRIBUTABLE_LAYER + "+gzip",
        MediaTypes.DOCKER_LAYER,
        MediaTypes.DOCKER_LAYER_GZIP,
        MediaTypes.DOCKER_LAYER_ZSTD,
        MediaTypes.DOCKER_FOREIGN_LAYER + ".gzip",
      })
  void knowsLayersInEveryCompression(String mediaType) {
    assertThat(MediaTypes.isLayer(mediaType)).isTrue();
    assertThat(MediaTypes.isManifestOrIndex(mediaType)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/vnd.oci.image.layer.v1.tarball",
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        MediaTypes.OCI_CONFIG,
        "",
      })
  void takesNothingElseForALayer(String mediaType) {
    assertThat(MediaTypes.isLayer(mediaType)).isFalse();
  }
}
