package io.github.ecrcontainerd.resolver;

import java.util.Optional;
import java.util.Set;

/**
 * The media types of images: Docker's ({@code distribution/distribution}, "Image Manifest V 2") and
 * those of the OCI image specification. All other content that a manifest names is treated as a
 * blob.
 */
public final class MediaTypes {
  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
  public static final String OCI_LAYER_GZIP = OCI_LAYER + "+gzip";
  public static final String OCI_LAYER_ZSTD = OCI_LAYER + "+zstd";
  public static final String OCI_NONDISTRIBUTABLE_LAYER =
      "application/vnd.oci.image.layer.nondistributable.v1.tar";

  public static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  public static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
  public static final String DOCKER_LAYER_GZIP = DOCKER_LAYER + ".gzip";
  public static final String DOCKER_LAYER_ZSTD = DOCKER_LAYER + ".zstd";
  public static final String DOCKER_FOREIGN_LAYER =
      "application/vnd.docker.image.rootfs.foreign.diff.tar";
  public static final String DOCKER_SCHEMA1 =
      "application/vnd.docker.distribution.manifest.v1+json";
  public static final String DOCKER_SCHEMA1_SIGNED =
      "application/vnd.docker.distribution.manifest.v1+prettyjws";

  private static final Set<String> INDEXES = Set.of(OCI_INDEX, DOCKER_LIST);
  private static final Set<String> MANIFESTS = Set.of(OCI_MANIFEST, DOCKER_MANIFEST);
  private static final Set<String> SCHEMA1 = Set.of(DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED);
  private static final Set<String> CONFIGS = Set.of(OCI_CONFIG, DOCKER_CONFIG);

  private MediaTypes() {}

  /** An index of manifests: OCI's, or Docker's list. */
  public static boolean isIndex(String mediaType) {
    return INDEXES.contains(mediaType);
  }

  /** A manifest of one image or artifact: OCI's, or Docker's schema 2. */
  public static boolean isManifest(String mediaType) {
    return MANIFESTS.contains(mediaType);
  }

  /** Docker's schema 1, signed or not. */
  public static boolean isSchema1(String mediaType) {
    return SCHEMA1.contains(mediaType);
  }

  /**
   * Whether a registry keeps it as a manifest and not as a blob: an index, a manifest or a schema
   * 1.
   */
  public static boolean isManifestOrIndex(String mediaType) {
    return isIndex(mediaType) || isManifest(mediaType) || isSchema1(mediaType);
  }

  /** The configuration of a runnable image. */
  public static boolean isConfig(String mediaType) {
    return CONFIGS.contains(mediaType);
  }

  /** A layer of a root file system: a tar archive in any compression, foreign ones included. */
  public static boolean isLayer(String mediaType) {
    return startsWithType(mediaType, OCI_LAYER)
        || startsWithType(mediaType, OCI_NONDISTRIBUTABLE_LAYER)
        || startsWithType(mediaType, DOCKER_LAYER)
        || startsWithType(mediaType, DOCKER_FOREIGN_LAYER);
  }

  /** A layer that registries don't distribute; it is downloaded from the URLs of its descriptor. */
  public static boolean isForeignLayer(String mediaType) {
    return startsWithType(mediaType, OCI_NONDISTRIBUTABLE_LAYER)
        || startsWithType(mediaType, DOCKER_FOREIGN_LAYER);
  }

  /**
   * Determines the type of a document without a {@code mediaType}, by the fields that only one kind
   * has. The rules are containerd's ({@code images.validateMediaType}, of CVE-2021-41190).
   *
   * @param fields the names of the document's fields that are neither null nor an empty array
   * @return OCI's type of an index or manifest, because Docker's documents always state theirs; a
   *     type of Docker's schema 1; empty if the document is none of these, or several at once
   */
  public static Optional<String> ofDocumentWith(Set<String> fields) {
    boolean schema1 = fields.contains("fsLayers");
    boolean index = fields.contains("manifests");
    boolean manifest = fields.contains("config") || fields.contains("layers");
    if (schema1 && !index && !manifest) {
      return Optional.of(fields.contains("signatures") ? DOCKER_SCHEMA1_SIGNED : DOCKER_SCHEMA1);
    }
    if (schema1 || index == manifest) {
      return Optional.empty();
    }
    return Optional.of(index ? OCI_INDEX : OCI_MANIFEST);
  }

  /**
   * Explains why a document can't be of this type, if it can't: its own {@code mediaType} states
   * another, or it has the fields of another kind (CVE-2021-41190: a document that two readers may
   * interpret differently can't be trusted).
   *
   * @param own the document's own {@code mediaType}
   * @param fields see {@link #ofDocumentWith}
   */
  public static Optional<String> contradiction(
      String mediaType, Optional<String> own, Set<String> fields) {
    if (own.isPresent() && !own.get().equals(mediaType)) {
      return Optional.of(
          "its mediaType is %s, but its descriptor says %s"
              .formatted(Quoted.of(own.get()), mediaType));
    }
    Set<String> others =
        isIndex(mediaType)
            ? Set.of("config", "layers", "fsLayers")
            : isSchema1(mediaType)
                ? Set.of("config", "layers", "manifests")
                : Set.of("manifests", "fsLayers");
    return others.stream()
        .sorted()
        .filter(fields::contains)
        .findFirst()
        .map(field -> "it has %s, which no %s has".formatted(field, mediaType));
  }

  /** The type itself, or the type and a compression after {@code .} or {@code +}. */
  private static boolean startsWithType(String mediaType, String type) {
    return mediaType.startsWith(type)
        && (mediaType.length() == type.length()
            || mediaType.charAt(type.length()) == '.'
            || mediaType.charAt(type.length()) == '+');
  }
}
