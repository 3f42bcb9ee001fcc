package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Random;

/**
 * 512 MiB that are not compressed, for the content store: the same 32 MiB again and again, so that
 * they come from memory also in a small heap.
 */
final class Blob {
  static final int PARTS = 16;
  private static final int PART = 32 << 20;

  private final byte[] part = new byte[PART];
  private final Digest digest;

  Blob() {
    new Random(PART).nextBytes(part);
    MessageDigest hash = Digest.Algorithm.SHA256.newHash();
    for (int number = 0; number < PARTS; number++) {
      hash.update(part);
    }
    digest = Digest.of(Digest.Algorithm.SHA256, hash);
  }

  Digest digest() {
    return digest;
  }

  long size() {
    return (long) PARTS * PART;
  }

  /** The bytes of any of the parts. */
  ByteBuffer part() {
    return ByteBuffer.wrap(part);
  }

  void writeTo(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int number = 0; number < PARTS; number++) {
        out.write(part);
      }
    }
  }
}
