package io.github.ecrcontainerd.it.registry;

import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** Images whose layers are noise. They are made quickly and can be pulled, but not unpacked. */
public final class NoiseImage {
  private static final int MIB = 1 << 20;

  private NoiseImage() {}

  /** Pseudo-random bytes; the same seed and size make the same ones. */
  public static byte[] noise(long seed, int size) {
    byte[] noise = new byte[size];
    new Random(seed).nextBytes(noise);
    return noise;
  }

  /** Writes a layer. */
  public static Descriptor layer(OciLayout layout, long seed, int size) {
    return layout.blob(MediaTypes.OCI_LAYER, noise(seed, size));
  }

  /** Writes a layer that is too large for the memory of a test; no two MiB of it are the same. */
  static Descriptor largeLayer(OciLayout layout, int mib) throws IOException {
    Path file = layout.directory().resolve("large");
    MessageDigest hash = Digest.Algorithm.SHA256.newHash();
    byte[] block = noise(mib, MIB);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 0; i < mib; i++) {
        ByteBuffer.wrap(block).putInt(i);
        hash.update(block);
        ByteBuffer left = ByteBuffer.wrap(block);
        while (left.hasRemaining()) {
          channel.write(left);
        }
      }
    }
    Digest digest = Digest.of(Digest.Algorithm.SHA256, hash);
    Files.move(file, layout.file(digest));
    return Descriptor.of(MediaTypes.OCI_LAYER, digest, (long) mib * MIB);
  }

  /** Writes an image of existing layers, and tags it. */
  public static void tag(OciLayout layout, String tag, List<Descriptor> layers) {
    String config =
        """
        {"os":"linux","architecture":"%s","rootfs":{"type":"layers","diff_ids":[%s]}}
        """
            .formatted(
                Platform.current().architecture(),
                layers.stream()
                    .map(layer -> '"' + layer.digest().toString() + '"')
                    .collect(Collectors.joining(",")));
    Descriptor configuration =
        layout.blob(MediaTypes.OCI_CONFIG, config.getBytes(StandardCharsets.UTF_8));
    layout.tag(tag, layout.manifest(Format.OCI, configuration, layers, Map.of()));
  }
}
