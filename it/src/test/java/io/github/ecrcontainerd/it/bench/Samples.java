package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The sample images, in an ECR. */
final class Samples {
  private final LocalEcr ecr;
  private final Map<Sample, OciImage> images = new EnumMap<>(Sample.class);

  Samples(LocalEcr ecr) {
    this.ecr = ecr;
  }

  /** An image, which is made when it is first asked for. */
  OciImage image(Sample sample) {
    return images.computeIfAbsent(sample, this::make);
  }

  /** The file of a layer. */
  Path file(Sample sample, Descriptor layer) {
    return ecr.existing(sample.repository()).file(layer.digest());
  }

  private OciImage make(Sample sample) {
    OciLayout layout = ecr.repository(sample.repository());
    Path unnamed = layout.directory().resolve("layer");
    List<Descriptor> layers = new ArrayList<>();
    List<Digest> diffIds = new ArrayList<>();
    try {
      for (int number = 0; number < sample.layers(); number++) {
        SampleLayer layer = write(sample, number, unnamed);
        layers.add(layout.blob(MediaTypes.OCI_LAYER_GZIP, layer.digest(), unnamed));
        diffIds.add(layer.diffId());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    OciImage image =
        layout.image(
            Format.OCI, OciLayout.HERE, layers, diffIds, Map.of("Cmd", List.of("/bin/sh")));
    layout.tag("latest", image.manifest());
    return image;
  }

  private static SampleLayer write(Sample sample, int number, Path file) throws IOException {
    return sample == Sample.SYSTEM
        ? SystemLayer.write(file, SystemLayer.SOURCES.get(number))
        : SampleLayer.write(file, sample.layerSize(), sample.layerSize() + number);
  }
}
