package io.github.ecrcontainerd.resolver;

import java.net.URI;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The type, digest and size of one piece of an image: the OCI image specification's descriptor.
 *
 * @param mediaType the type of the bytes, see {@link MediaTypes}
 * @param digest the digest of the bytes
 * @param size the number of bytes
 * @param platform the platform that an index states for its manifest
 * @param urls other places to get the bytes from (foreign layers)
 * @param annotations free text by key
 * @param artifactType the type of the artifact that a manifest describes
 * @param data the bytes themselves, if the descriptor carries them; they always match digest and
 *     size
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Optional<Platform> platform,
    List<URI> urls,
    Map<String, String> annotations,
    Optional<String> artifactType,
    Optional<EmbeddedData> data) {

  /**
   * @throws IllegalArgumentException if the size is negative, or the data don't match size and
   *     digest
   */
  public Descriptor {
    if (size < 0) {
      throw new IllegalArgumentException("A descriptor's size can't be negative: " + size);
    }
    if (data.isPresent()) {
      check(data.get(), digest, size);
    }
    urls = List.copyOf(urls);
    annotations = Map.copyOf(annotations);
  }

  /** A descriptor without data. */
  public Descriptor(
      String mediaType,
      Digest digest,
      long size,
      Optional<Platform> platform,
      List<URI> urls,
      Map<String, String> annotations,
      Optional<String> artifactType) {
    this(mediaType, digest, size, platform, urls, annotations, artifactType, Optional.empty());
  }

  private static void check(EmbeddedData data, Digest digest, long size) {
    if (data.size() != size) {
      throw new IllegalArgumentException(
          "The data embedded for %s have %,d bytes, not %,d".formatted(digest, data.size(), size));
    }
    MessageDigest hash = digest.algorithm().newHash();
    hash.update(data.bytes());
    Digest found = Digest.of(digest.algorithm(), hash);
    if (!found.equals(digest)) {
      throw new IllegalArgumentException(
          "The data embedded for %s have the digest %s".formatted(digest, found));
    }
  }

  /** A descriptor with only media type, digest and size in bytes. */
  public static Descriptor of(String mediaType, Digest digest, long size) {
    return new Descriptor(
        mediaType, digest, size, Optional.empty(), List.of(), Map.of(), Optional.empty());
  }

  /** The descriptor of some bytes, with their SHA-256 digest. */
  public static Descriptor of(String mediaType, byte[] content) {
    return of(mediaType, Digest.sha256(content), content.length);
  }

  /** This descriptor with a platform, as in an index. */
  public Descriptor withPlatform(Platform runsOn) {
    return new Descriptor(
        mediaType, digest, size, Optional.of(runsOn), urls, annotations, artifactType, data);
  }

  /** This descriptor with another media type. */
  public Descriptor withMediaType(String known) {
    return new Descriptor(known, digest, size, platform, urls, annotations, artifactType, data);
  }

  /**
   * This descriptor with its bytes.
   *
   * @throws IllegalArgumentException if they don't match size and digest
   */
  public Descriptor withData(byte[] content) {
    return new Descriptor(
        mediaType,
        digest,
        size,
        platform,
        urls,
        annotations,
        artifactType,
        Optional.of(EmbeddedData.of(content)));
  }
}
