package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import java.util.Optional;

/**
 * The process of an image and the diff IDs of its layers (OCI image specification, "Image
 * Configuration").
 *
 * <p>Each part is validated only when it is read: an image with a malformed process can still be
 * pulled, copied and unpacked.
 */
public final class ImageConfig {
  private final Document document;

  private ImageConfig(Document document) {
    this.document = document;
  }

  /**
   * Parses a configuration.
   *
   * @param digest their digest, for messages
   * @throws ImageException if the content is not a JSON object
   */
  public static ImageConfig parse(Digest digest, byte[] content) {
    return new ImageConfig(Document.parse("image configuration", digest, content));
  }

  /**
   * Returns the platform that it was built for; empty if it names neither an operating system nor
   * an architecture.
   *
   * @throws ImageException if that part is malformed
   */
  public Optional<Platform> platform() {
    Platform platform = document.platform();
    return platform.os().isEmpty() && platform.architecture().isEmpty()
        ? Optional.empty()
        : Optional.of(platform);
  }

  /**
   * Returns the digests of the uncompressed layers, the lowest first; empty if it names no layers.
   *
   * @throws ImageException if that part is malformed, or the root file system is of another type
   *     than layers
   */
  public List<Digest> diffIds() {
    Optional<Document> rootfs = document.object("rootfs");
    if (!rootfs.flatMap(found -> found.text("type")).orElse("layers").equals("layers")) {
      throw document.invalid("its rootfs is not of the type layers");
    }
    return rootfs.map(found -> found.texts("diff_ids")).orElse(List.of()).stream()
        .map(document::digest)
        .toList();
  }

  /**
   * Returns the chain IDs of the layers, the lowest first; the last one identifies the whole root
   * file system.
   *
   * @throws ImageException as {@link #diffIds}
   */
  public List<Digest> chainIds() {
    return ChainId.of(diffIds());
  }

  /**
   * Returns the process of a container of the image.
   *
   * @throws ImageException if that part is malformed; the message names the field
   */
  public ImageProcess process() {
    return document
        .object("config")
        .map(
            process ->
                new ImageProcess(
                    process.texts("Entrypoint"),
                    process.texts("Cmd"),
                    process.texts("Env"),
                    process.text("WorkingDir").orElse(""),
                    process.text("User").orElse("")))
        .orElse(ImageProcess.NONE);
  }
}
