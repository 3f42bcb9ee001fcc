package io.github.ecrcontainerd.cli.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * An image of two layers behind an index, in an OCI image layout. One layer has small files; the
 * other is large enough for several ranges.
 *
 * @param diffIds the diff ID of each layer, by the layer's digest
 */
record TrainingImage(Map<Digest, Digest> diffIds) {
  private static final int SMALL_FILES = 200;

  /** Large enough that the JVM compiles the hot code of a large pull. */
  private static final int LARGE_FILE = 8 << 20;

  private static final int LARGE_FILES = 3;

  /** Writes the image into a directory, under a tag. */
  static TrainingImage write(Path layout, String tag) throws IOException {
    byte[] small = smallFiles();
    byte[] large = largeFiles();
    Platform platform = Platform.current();
    Descriptor lower = put(layout, MediaTypes.OCI_LAYER_GZIP, gzip(small));
    Descriptor upper = put(layout, MediaTypes.OCI_LAYER_GZIP, gzip(large));
    Descriptor config =
        put(
            layout,
            MediaTypes.OCI_CONFIG,
            """
            {"architecture": "%s", "os": "%s", "config": {"Cmd": ["none"]},
             "rootfs": {"type": "layers", "diff_ids": ["%s", "%s"]}}
            """
                .formatted(platform.architecture(), platform.os(), digest(small), digest(large))
                .getBytes(UTF_8));
    Descriptor manifest =
        put(
            layout,
            MediaTypes.OCI_MANIFEST,
            """
            {"schemaVersion": 2, "mediaType": "%s", "config": %s, "layers": [%s, %s]}
            """
                .formatted(
                    MediaTypes.OCI_MANIFEST, json(config, ""), json(lower, ""), json(upper, ""))
                .getBytes(UTF_8));
    String where =
        """
        , "platform": {"architecture": "%s", "os": "%s"}"""
            .formatted(platform.architecture(), platform.os());
    Descriptor index =
        put(
            layout,
            MediaTypes.OCI_INDEX,
            """
            {"schemaVersion": 2, "mediaType": "%s", "manifests": [%s]}
            """
                .formatted(MediaTypes.OCI_INDEX, json(manifest, where))
                .getBytes(UTF_8));
    String name =
        """
        , "annotations": {"org.opencontainers.image.ref.name": "%s"}"""
            .formatted(tag);
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}");
    Files.writeString(
        layout.resolve("index.json"),
        "{\"schemaVersion\": 2, \"manifests\": [%s]}".formatted(json(index, name)));
    return new TrainingImage(Map.of(lower.digest(), digest(small), upper.digest(), digest(large)));
  }

  private static byte[] smallFiles() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      add(tar, new TarArchiveEntry("directory/"), new byte[0]);
      TarArchiveEntry link = new TarArchiveEntry("link", TarConstants.LF_SYMLINK);
      link.setLinkName("directory");
      add(tar, link, new byte[0]);
      for (int i = 0; i < SMALL_FILES; i++) {
        add(tar, new TarArchiveEntry("directory/" + i), "training".repeat(i).getBytes(UTF_8));
      }
      TarArchiveEntry other = new TarArchiveEntry("other", TarConstants.LF_LINK);
      other.setLinkName("directory/0");
      add(tar, other, new byte[0]);
    }
    return bytes.toByteArray();
  }

  private static byte[] largeFiles() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (int i = 0; i < LARGE_FILES; i++) {
        byte[] noise = new byte[LARGE_FILE];
        random.nextBytes(noise);
        add(tar, new TarArchiveEntry("large/" + i), noise);
      }
    }
    return bytes.toByteArray();
  }

  private static void add(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content)
      throws IOException {
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static String json(Descriptor content, String more) {
    return "{\"mediaType\": \"%s\", \"digest\": \"%s\", \"size\": %d%s}"
        .formatted(content.mediaType(), content.digest(), content.size(), more);
  }

  private static Descriptor put(Path layout, String mediaType, byte[] content) throws IOException {
    Digest digest = digest(content);
    Path blobs = Files.createDirectories(layout.resolve("blobs").resolve("sha256"));
    Files.write(blobs.resolve(digest.hex()), content);
    return Descriptor.of(mediaType, digest, content.length);
  }

  private static Digest digest(byte[] content) {
    MessageDigest hash = Digest.Algorithm.SHA256.newHash();
    hash.update(ByteBuffer.wrap(content));
    return Digest.of(Digest.Algorithm.SHA256, hash);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(content);
    }
    return compressed.toByteArray();
  }
}
