package io.github.ecrcontainerd.containerd.internal.run;

import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.internal.image.DocumentReader;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.ImageWalk;
import io.github.ecrcontainerd.containerd.internal.image.Selection;
import io.github.ecrcontainerd.containerd.internal.image.Source;
import io.github.ecrcontainerd.containerd.internal.transfer.StoreSource;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import java.util.Optional;

/**
 * The image to run, chosen from those of an image record.
 *
 * @param manifest its manifest
 * @param config its configuration
 */
public record RunnableImage(Manifest manifest, ImageConfig config) {

  /**
   * Finds the image in the content store.
   *
   * @param wanted the requested platform; if empty, this machine's, or the only one in the content
   *     store
   * @throws ImageException if there is no image, or several and none for the platform
   */
  public static RunnableImage find(
      ContainerdServices services, Image image, Optional<Platform> wanted)
      throws InterruptedException {
    Source store = new StoreSource(services.content(), services.images());
    ImageGraph graph =
        new ImageWalk(DocumentReader.of(image.name(), store), store, Selection.toRun(wanted))
            .from(image.target());
    ImageGraph.Chosen chosen = graph.chosen().orElseThrow();
    return new RunnableImage(chosen.manifest(), chosen.config().orElseThrow().parsed());
  }

  /** Returns its layers without other blobs, the lowest first. */
  List<Descriptor> layers() {
    return manifest.rootfsLayers();
  }

  /** Returns the snapshot of all its layers; {@code ""} if it has none. */
  String snapshot() {
    List<Digest> chainIds = config.chainIds();
    return chainIds.isEmpty() ? "" : chainIds.getLast().toString();
  }
}
