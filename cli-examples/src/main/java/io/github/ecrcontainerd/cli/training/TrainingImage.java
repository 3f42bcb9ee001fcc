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
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPOutputStream;

/**
 * An image of two layers behind an index, in an OCI image layout: a small one, and one that comes
 * in several ranges. They are no archives: the daemon that gets them only has to know what they
 * unpack to.
 *
 * @param diffId the digest of what each layer unpacks to
 * @param layers those of the layers
 */
record TrainingImage(Digest diffId, Set<Digest> layers) {

  /** So large that what a large pull does again and again is compiled. */
  private static final int LARGE_LAYER = 24 << 20;

  /** Writes it into a directory, under a tag. */
  static TrainingImage write(Path layout, String tag) throws IOException {
    byte[] content = "training".repeat(512).getBytes(UTF_8);
    Digest diffId = digest(content);
    Platform platform = Platform.current();
    Descriptor layer = put(layout, MediaTypes.OCI_LAYER_GZIP, gzip(content));
    byte[] noise = new byte[LARGE_LAYER];
    RandomGenerator.of("L64X128MixRandom").nextBytes(noise);
    Descriptor large = put(layout, MediaTypes.OCI_LAYER_GZIP, noise);
    Descriptor config =
        put(
            layout,
            MediaTypes.OCI_CONFIG,
            """
            {"architecture": "%s", "os": "%s", "config": {"Cmd": ["none"]},
             "rootfs": {"type": "layers", "diff_ids": ["%s", "%s"]}}
            """
                .formatted(platform.architecture(), platform.os(), diffId, diffId)
                .getBytes(UTF_8));
    Descriptor manifest =
        put(
            layout,
            MediaTypes.OCI_MANIFEST,
            """
            {"schemaVersion": 2, "mediaType": "%s", "config": %s, "layers": [%s, %s]}
            """
                .formatted(
                    MediaTypes.OCI_MANIFEST, json(config, ""), json(layer, ""), json(large, ""))
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
    return new TrainingImage(diffId, Set.of(layer.digest(), large.digest()));
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
