package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import java.util.Optional;

/**
 * What an image runs, and what its layers unpack to (OCI image specification, "Image
 * Configuration").
 *
 * <p>Each part is checked when it is read, and not before: an image whose process can't be
 * understood can be pulled, copied and unpacked.
 */
public final class ImageConfig {
  private final Document document;

  private ImageConfig(Document document) {
    this.document = document;
  }

  /**
   * Reads the bytes of one.
   *
   * @param digest their digest, for messages
   * @throws ImageException if they are no JSON object
   */
  public static ImageConfig parse(Digest digest, byte[] content) {
    return new ImageConfig(Document.parse("image configuration", digest, content));
  }

  /**
   * What it was built for; empty where it names neither an operating system nor an architecture.
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
   * The digests of the uncompressed layers, the lowest first; none where it doesn't say that it has
   * layers.
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
   * The chain IDs of the layers, the lowest first; the last one names the whole root file system.
   *
   * @throws ImageException as {@link #diffIds}
   */
  public List<Digest> chainIds() {
    return ChainId.of(diffIds());
  }

  /**
   * What runs in a container of it.
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
