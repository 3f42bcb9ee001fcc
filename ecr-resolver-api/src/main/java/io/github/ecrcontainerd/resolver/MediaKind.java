package io.github.ecrcontainerd.resolver;

/** The kind of a piece of an image, as its media type states it. */
public enum MediaKind {
  /** An index of manifests: OCI's, or Docker's list. */
  INDEX("index"),
  /** A manifest of one image or artifact: OCI's, or Docker's schema 2. */
  MANIFEST("manifest"),
  /** A manifest of Docker's schema 1, signed or not. */
  SCHEMA1("manifest"),
  /** The configuration of a runnable image. */
  CONFIG("config"),
  /** A layer of a root file system, in any compression, foreign ones included. */
  LAYER("layer"),
  /** Anything else. */
  BLOB("blob"),
  /** The descriptor has no media type: only the content tells its kind. */
  UNSTATED("blob");

  private final String noun;

  MediaKind(String noun) {
    this.noun = noun;
  }

  /** The kind of a descriptor's content. */
  public static MediaKind of(Descriptor content) {
    return of(content.mediaType());
  }

  /** The kind of a media type; {@link #UNSTATED} for {@code ""}. */
  public static MediaKind of(String mediaType) {
    if (mediaType.isEmpty()) {
      return UNSTATED;
    }
    if (MediaTypes.isIndex(mediaType)) {
      return INDEX;
    }
    if (MediaTypes.isManifest(mediaType)) {
      return MANIFEST;
    }
    if (MediaTypes.isSchema1(mediaType)) {
      return SCHEMA1;
    }
    if (MediaTypes.isConfig(mediaType)) {
      return CONFIG;
    }
    return MediaTypes.isLayer(mediaType) ? LAYER : BLOB;
  }

  /** Whether a registry keeps it as a manifest and not as a blob. */
  public boolean isDocument() {
    return this == INDEX || this == MANIFEST || this == SCHEMA1;
  }

  /** One word for the kind, in lower case: {@code layer}. */
  public String noun() {
    return noun;
  }
}
