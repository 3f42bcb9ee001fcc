package io.github.ecrcontainerd.resolver;

import java.net.URI;
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
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    Optional<Platform> platform,
    List<URI> urls,
    Map<String, String> annotations,
    Optional<String> artifactType) {

  public Descriptor {
    if (size < 0) {
      throw new IllegalArgumentException("A descriptor's size can't be negative: " + size);
    }
    urls = List.copyOf(urls);
    annotations = Map.copyOf(annotations);
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
        mediaType, digest, size, Optional.of(runsOn), urls, annotations, artifactType);
  }
}
