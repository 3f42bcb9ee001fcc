package io.github.ecrcontainerd.resolver;

import java.net.URI;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one piece of an image is, and how long: the OCI image specification's descriptor.
 *
 * @param mediaType what the bytes are, see {@link MediaTypes}
 * @param digest the bytes' name
 * @param size their number
 * @param platform what an index says its manifest runs on
 * @param urls where else the bytes may be had (foreign layers)
 * @param annotations free text by key
 * @param artifactType what an artifact's manifest is about
 * @param data the bytes themselves, where the descriptor carries them: always those that digest and
 *     size name
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
   * @throws IllegalArgumentException if the size is negative, or the data are not the bytes that
   *     size and digest name
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

  /** A descriptor of nothing but media type, digest and size in bytes. */
  public static Descriptor of(String mediaType, Digest digest, long size) {
    return new Descriptor(
        mediaType, digest, size, Optional.empty(), List.of(), Map.of(), Optional.empty());
  }

  /** The descriptor of some bytes, by their SHA-256. */
  public static Descriptor of(String mediaType, byte[] content) {
    return of(mediaType, Digest.sha256(content), content.length);
  }

  /** The same, as an index describes it: with the platform that it runs on. */
  public Descriptor withPlatform(Platform runsOn) {
    return new Descriptor(
        mediaType, digest, size, Optional.of(runsOn), urls, annotations, artifactType, data);
  }

  /** The same bytes, known to be something else. */
  public Descriptor withMediaType(String known) {
    return new Descriptor(known, digest, size, platform, urls, annotations, artifactType, data);
  }

  /**
   * The same, with its bytes.
   *
   * @throws IllegalArgumentException if they are not those that size and digest name
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
