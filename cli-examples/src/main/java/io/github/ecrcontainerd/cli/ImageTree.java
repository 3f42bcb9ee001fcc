package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageDocument;
import io.github.ecrcontainerd.containerd.oci.Index;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.MediaKind;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An index, manifest, configuration or layer in a registry, and what it refers to.
 *
 * @param configuration its text, if it is the configuration of an image
 * @param isMissing whether the registry doesn't have it
 */
record ImageTree(
    Descriptor content, List<ImageTree> parts, Optional<String> configuration, boolean isMissing) {
  /** ECR accepts manifests of up to 4 MiB. */
  private static final int MAX_DOCUMENT_BYTES = 8 << 20;

  private static final int MAX_DEPTH = 8;

  /**
   * Reads the documents of an image, each by its digest.
   *
   * @throws IOException if a document doesn't match its descriptor
   */
  static ImageTree read(Descriptor root, Fetcher fetcher) throws IOException, InterruptedException {
    return read(root, fetcher, 0);
  }

  private static ImageTree read(Descriptor content, Fetcher fetcher, int depth)
      throws IOException, InterruptedException {
    MediaKind kind = MediaKind.of(content);
    if (!kind.isDocument() || kind == MediaKind.SCHEMA1 || depth == MAX_DEPTH) {
      return leaf(content);
    }
    byte[] bytes;
    try {
      bytes = bytes(content, fetcher);
    } catch (ResolverException e) {
      // An index may name manifests that were not copied with it.
      if (depth > 0 && e.code() == ResolverException.Code.NOT_FOUND) {
        return new ImageTree(content, List.of(), Optional.empty(), true);
      }
      throw e;
    }
    List<ImageTree> parts = new ArrayList<>();
    switch (ImageDocument.parse(content, bytes)) {
      case Index index -> {
        for (Descriptor manifest : index.manifests()) {
          parts.add(read(manifest, fetcher, depth + 1));
        }
      }
      case Manifest manifest -> {
        parts.add(configuration(manifest.config(), fetcher));
        manifest.layers().forEach(layer -> parts.add(leaf(layer)));
      }
    }
    return new ImageTree(content, parts, Optional.empty(), false);
  }

  private static ImageTree configuration(Descriptor config, Fetcher fetcher)
      throws IOException, InterruptedException {
    if (MediaKind.of(config) != MediaKind.CONFIG) {
      return leaf(config);
    }
    byte[] bytes = bytes(config, fetcher);
    // Throws if it isn't JSON.
    var _ = ImageConfig.parse(config.digest(), bytes);
    return new ImageTree(
        config, List.of(), Optional.of(new String(bytes, StandardCharsets.UTF_8)), false);
  }

  private static ImageTree leaf(Descriptor content) {
    return new ImageTree(content, List.of(), Optional.empty(), false);
  }

  private static byte[] bytes(Descriptor content, Fetcher fetcher)
      throws IOException, InterruptedException {
    if (content.size() > MAX_DOCUMENT_BYTES) {
      throw new IOException(
          "%s has %,d bytes, which is too large for a manifest or configuration"
              .formatted(content.digest(), content.size()));
    }
    try (BlobReader reader = fetcher.fetch(content);
        InputStream in = reader.asInputStream()) {
      byte[] bytes = in.readNBytes(MAX_DOCUMENT_BYTES);
      if (!Digest.of(content.digest().algorithm(), bytes).equals(content.digest())) {
        throw new IOException("%s is damaged".formatted(content.digest()));
      }
      return bytes;
    }
  }
}
