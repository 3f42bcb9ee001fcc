package io.github.ecrcontainerd.examples;

import io.github.ecrcontainerd.containerd.oci.ImageDocument;
import io.github.ecrcontainerd.containerd.oci.Index;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.MediaKind;
import io.github.ecrcontainerd.resolver.Resolution;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;

/**
 * Downloads an image into a directory, without a containerd: {@code PullToDirectory REFERENCE
 * DIRECTORY}. The result is an OCI image layout, for skopeo, umoci and others.
 */
public final class PullToDirectory {
  private final Fetcher fetcher;
  private final Path directory;

  private PullToDirectory(Fetcher fetcher, Path directory) {
    this.fetcher = fetcher;
    this.directory = directory;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Path directory = Files.createDirectories(Path.of(args[1]));
    try (EcrResolver resolver = EcrResolver.create()) {
      Resolution image = resolver.resolve(args[0]);
      new PullToDirectory(resolver.fetcher(args[0]), directory).bring(image.target());
      Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
      // Last: without an index the directory is no complete layout.
      Files.writeString(
          directory.resolve("index.json"),
          """
          {"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%d,
           "annotations":{"org.opencontainers.image.ref.name":"latest"}}]}
          """
              .formatted(
                  image.target().mediaType(), image.target().digest(), image.target().size()));
    }
  }

  /** Downloads a manifest, an index or a blob, and what it refers to. */
  private void bring(Descriptor content) throws IOException, InterruptedException {
    Path file = fetch(content);
    if (!MediaKind.of(content).isDocument()) {
      return;
    }
    switch (ImageDocument.parse(content, Files.readAllBytes(file))) {
      case Index index -> {
        for (Descriptor manifest : index.manifests()) {
          bring(manifest);
        }
      }
      case Manifest manifest -> {
        bring(manifest.config());
        for (Descriptor layer : manifest.layers()) {
          bring(layer);
        }
      }
    }
  }

  /** A fetcher doesn't verify digests: the caller hashes the bytes that it writes. */
  private Path fetch(Descriptor content) throws IOException, InterruptedException {
    Digest digest = content.digest();
    Path file =
        directory.resolve("blobs").resolve(digest.algorithm().label()).resolve(digest.hex());
    Files.createDirectories(file.getParent());
    MessageDigest hash = digest.algorithm().newHash();
    try (InputStream in = fetcher.fetch(content).asInputStream();
        OutputStream out = new DigestOutputStream(Files.newOutputStream(file), hash)) {
      in.transferTo(out);
    }
    if (!Digest.of(digest.algorithm(), hash).equals(digest)) {
      Files.delete(file);
      throw new IOException(digest + " is damaged");
    }
    return file;
  }
}
