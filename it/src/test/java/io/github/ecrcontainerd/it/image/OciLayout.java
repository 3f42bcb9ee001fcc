package io.github.ecrcontainerd.it.image;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * An OCI image layout on disk (the OCI image specification's "Image Layout"): a directory of blobs
 * and an index of what is tagged. The same calls write the same bytes.
 *
 * <pre>{@code
 * OciLayout layout = OciLayout.create(directory.resolve("demo"));
 * OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(Layer.gzip(tar)));
 * layout.tag("latest", image.manifest());
 * }</pre>
 */
public final class OciLayout {
  private static final JsonMapper JSON = new JsonMapper();

  /** The family of media types of an image. */
  public enum Format {
    OCI,
    DOCKER
  }

  /**
   * This machine's platform without a variant. An image for it runs on every machine of the
   * architecture, and every tool accepts it: {@code ctr} doesn't look for variants of amd64.
   */
  public static final Platform HERE = Platform.of("linux", Platform.current().architecture());

  private final Path directory;
  private final Map<String, Descriptor> tags = new LinkedHashMap<>();

  private OciLayout(Path directory) {
    this.directory = directory;
  }

  /** Makes a directory with an empty layout. */
  public static OciLayout create(Path directory) {
    OciLayout layout = new OciLayout(directory);
    try {
      Files.createDirectories(directory.resolve("blobs/sha256"));
      Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    layout.writeIndex();
    return layout;
  }

  /** Opens an existing layout, to be read. */
  public static OciLayout in(Path directory) {
    return new OciLayout(directory);
  }

  public Path directory() {
    return directory;
  }

  /** Writes bytes as a blob, and returns its descriptor with this media type. */
  public Descriptor blob(String mediaType, byte[] content) {
    Descriptor descriptor = Descriptor.of(mediaType, content);
    try {
      Files.write(file(descriptor.digest()), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return descriptor;
  }

  /** Writes bytes as a blob with a digest of another algorithm. */
  public Descriptor blob(String mediaType, Digest.Algorithm algorithm, byte[] content) {
    Descriptor descriptor = Descriptor.of(mediaType, Digest.of(algorithm, content), content.length);
    try {
      Files.createDirectories(file(descriptor.digest()).getParent());
      Files.write(file(descriptor.digest()), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return descriptor;
  }

  /** Moves a file into the layout, as the blob of this digest and media type. */
  public Descriptor blob(String mediaType, Digest digest, Path content) {
    try {
      long size = Files.size(content);
      Files.move(content, file(digest));
      return Descriptor.of(mediaType, digest, size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file of a blob. */
  public Path file(Digest digest) {
    return directory.resolve("blobs").resolve(digest.algorithm().label()).resolve(digest.hex());
  }

  /** Writes an image of these layers that runs {@code /bin/sh}. */
  public OciImage image(Format format, Platform platform, List<Layer> layers) {
    return image(format, platform, layers, Map.of("Cmd", List.of("/bin/sh")));
  }

  /**
   * Writes an image of these layers.
   *
   * @param config the configuration's own {@code config}: Entrypoint, Cmd, Env, User, ...
   */
  public OciImage image(
      Format format, Platform platform, List<Layer> layers, Map<String, ?> config) {
    List<Descriptor> blobs =
        layers.stream().map(layer -> blob(layer.mediaType(format), layer.bytes())).toList();
    return image(format, platform, blobs, layers.stream().map(Layer::diffId).toList(), config);
  }

  /**
   * Writes an image of existing layers.
   *
   * @param diffIds the digests of their tar archives, in the same order
   */
  public OciImage image(
      Format format,
      Platform platform,
      List<Descriptor> blobs,
      List<Digest> diffIds,
      Map<String, ?> config) {
    Descriptor configuration =
        document(
            format == Format.OCI ? MediaTypes.OCI_CONFIG : MediaTypes.DOCKER_CONFIG,
            config(platform, config, diffIds));
    Descriptor target = manifest(format, configuration, blobs, Map.of()).withPlatform(platform);
    return new OciImage(target, configuration, blobs, diffIds);
  }

  /**
   * Writes a manifest of existing blobs.
   *
   * @param more further fields: artifactType, annotations, ...
   */
  public Descriptor manifest(
      Format format, Descriptor config, List<Descriptor> layers, Map<String, ?> more) {
    String mediaType = format == Format.OCI ? MediaTypes.OCI_MANIFEST : MediaTypes.DOCKER_MANIFEST;
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", mediaType);
    manifest.put("config", fields(config));
    manifest.put("layers", layers.stream().map(OciLayout::fields).toList());
    manifest.putAll(more);
    return document(mediaType, manifest);
  }

  /** Writes an artifact that refers to another manifest: a signature, an SBOM. */
  public Descriptor referrer(Descriptor subject, String artifactType, Descriptor layer) {
    return manifest(
        Format.OCI,
        blob("application/vnd.oci.empty.v1+json", "{}".getBytes(StandardCharsets.UTF_8)),
        List.of(layer),
        Map.of("artifactType", artifactType, "subject", fields(subject)));
  }

  private static Map<String, Object> config(
      Platform platform, Map<String, ?> config, List<Digest> diffIds) {
    Map<String, Object> image = new LinkedHashMap<>(fields(platform));
    image.put("created", "2024-02-29T12:34:56Z");
    image.put("config", config);
    Map<String, Object> rootfs = new LinkedHashMap<>();
    rootfs.put("type", "layers");
    rootfs.put("diff_ids", diffIds.stream().map(Digest::toString).toList());
    image.put("rootfs", rootfs);
    return image;
  }

  /** Writes an index of manifests, each with the platform of its descriptor. */
  public Descriptor index(Format format, List<Descriptor> manifests) {
    return index(format, manifests, Map.of());
  }

  /**
   * Writes an index of manifests, each with the platform and the annotations of its descriptor.
   *
   * @param more further fields: artifactType, annotations, ...
   */
  public Descriptor index(Format format, List<Descriptor> manifests, Map<String, ?> more) {
    String mediaType = format == Format.OCI ? MediaTypes.OCI_INDEX : MediaTypes.DOCKER_LIST;
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("mediaType", mediaType);
    index.put("manifests", manifests.stream().map(OciLayout::fields).toList());
    index.putAll(more);
    return document(mediaType, index);
  }

  /** Tags an image or index; moves an existing tag. */
  public void tag(String tag, Descriptor target) {
    tags.put(tag, target);
    writeIndex();
  }

  /** Imports all tagged images into a daemon as {@code name:tag}, with its {@code ctr}. */
  public void importInto(Containerd containerd, String name) {
    importInto(containerd, name, List.of());
  }

  /**
   * Also imports the content of other platforms than this machine's: without its option for that,
   * ctr's import doesn't label such content, and the daemon collects it.
   */
  public void importAllPlatformsInto(Containerd containerd, String name) {
    importInto(containerd, name, List.of("--all-platforms"));
  }

  private void importInto(Containerd containerd, String name, List<String> options) {
    Path archive = containerd.directory().resolve(name + ".tar");
    Command.run(List.of("tar", "-C", directory.toString(), "-cf", archive.toString(), "."));
    try {
      List<String> command = new ArrayList<>(List.of("images", "import", "--base-name", name));
      command.addAll(options);
      command.add(archive.toString());
      containerd.ctr(command.toArray(String[]::new));
      Files.delete(archive);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeIndex() {
    List<Map<String, Object>> manifests = new ArrayList<>();
    tags.forEach(
        (tag, target) -> {
          Map<String, Object> fields = fields(target);
          Map<String, String> annotations = new LinkedHashMap<>(target.annotations());
          annotations.put("org.opencontainers.image.ref.name", tag);
          fields.put("annotations", annotations);
          manifests.add(fields);
        });
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("manifests", manifests);
    try {
      Files.write(directory.resolve("index.json"), JSON.writeValueAsBytes(index));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes any JSON document. */
  public Descriptor document(String mediaType, Map<String, ?> content) {
    return blob(mediaType, JSON.writeValueAsString(content).getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, Object> fields(Descriptor descriptor) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (!descriptor.mediaType().isEmpty()) {
      fields.put("mediaType", descriptor.mediaType());
    }
    fields.put("digest", descriptor.digest().toString());
    fields.put("size", descriptor.size());
    descriptor.artifactType().ifPresent(type -> fields.put("artifactType", type));
    if (!descriptor.annotations().isEmpty()) {
      fields.put("annotations", new LinkedHashMap<>(descriptor.annotations()));
    }
    if (!descriptor.urls().isEmpty()) {
      fields.put("urls", descriptor.urls().stream().map(URI::toString).toList());
    }
    descriptor.platform().ifPresent(platform -> fields.put("platform", fields(platform)));
    return fields;
  }

  private static Map<String, Object> fields(Platform platform) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("architecture", platform.architecture());
    fields.put("os", platform.os());
    if (!platform.variant().isEmpty()) {
      fields.put("variant", platform.variant());
    }
    if (!platform.osVersion().isEmpty()) {
      fields.put("os.version", platform.osVersion());
    }
    return fields;
  }
}
