package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * A gzip layer that costs its daemon what a real one does, made at the disk's speed: an archive of
 * files of the same content, which is compressed once, and of which every copy is a section of the
 * stream of its own. (A decompressor looks back 32 KiB at most: it can't tell.) The same seed makes
 * the same bytes.
 *
 * <p>The content is pages of 4 KiB, three of noise for each of words, as of libraries and media: it
 * compresses by a twentieth, and nearly all of it has to be decoded byte by byte.
 *
 * @param digest of the compressed layer
 * @param diffId of its archive
 */
record SampleLayer(Digest digest, Digest diffId) {
  private static final int PAGE = 4096;
  private static final int BLOCK = 512;
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  /**
   * Writes a layer.
   *
   * @param size its bytes, about
   */
  static SampleLayer write(Path file, long size, long seed) throws IOException {
    Random random = new Random(seed);
    byte[] content = content(random, Math.clamp(size / 16 / PAGE, 1, 256) * PAGE);
    byte[] compressed = deflate(content);
    MessageDigest layer = Digest.Algorithm.SHA256.newHash();
    MessageDigest archive = Digest.Algorithm.SHA256.newHash();
    CRC32 checksum = new CRC32();
    long read = 0;
    try (OutputStream out =
        new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(file)), layer)) {
      out.write(HEADER);
      long written = HEADER.length;
      for (int number = 0; number == 0 || written + compressed.length / 2 < size; number++) {
        byte[] entry = entry("files/%05d".formatted(number), content.length);
        byte[] compressedEntry = deflate(entry);
        out.write(compressedEntry);
        out.write(compressed);
        written += compressedEntry.length + compressed.length;
        for (byte[] part : new byte[][] {entry, content}) {
          archive.update(part);
          checksum.update(part);
          read += part.length;
        }
      }
      // Two empty blocks end an archive.
      byte[] end = new byte[2 * BLOCK];
      archive.update(end);
      checksum.update(end);
      read += end.length;
      out.write(deflate(end));
      out.write(lastSection());
      out.write(
          ByteBuffer.allocate(8)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt((int) checksum.getValue())
              .putInt((int) read)
              .array());
    }
    return new SampleLayer(
        Digest.of(Digest.Algorithm.SHA256, layer), Digest.of(Digest.Algorithm.SHA256, archive));
  }

  private static byte[] content(Random random, int size) {
    byte[][] words = new byte[2048][];
    for (int word = 0; word < words.length; word++) {
      words[word] = new byte[3 + random.nextInt(10)];
      random.nextBytes(words[word]);
    }
    byte[] content = new byte[size];
    byte[] noise = new byte[PAGE];
    for (int page = 0; page < size; page += PAGE) {
      if (page / PAGE % 4 > 0) {
        random.nextBytes(noise);
        System.arraycopy(noise, 0, content, page, PAGE);
      } else {
        int at = page;
        while (at < page + PAGE) {
          byte[] word = words[random.nextInt(words.length)];
          int length = Math.min(word.length, page + PAGE - at);
          System.arraycopy(word, 0, content, at, length);
          at += length;
        }
      }
    }
    return content;
  }

  private static byte[] entry(String name, int size) {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(0644);
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setModTime(0);
    entry.setSize(size);
    byte[] header = new byte[BLOCK];
    entry.writeEntryHeader(header);
    return header;
  }

  /** A section of a stream, which doesn't refer to those before it and ends at a whole byte. */
  private static byte[] deflate(byte[] bytes) {
    return section(bytes, false);
  }

  private static byte[] lastSection() {
    return section(new byte[0], true);
  }

  private static byte[] section(byte[] bytes, boolean last) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try {
      deflater.setInput(bytes);
      if (last) {
        deflater.finish();
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[1 << 16];
      int count;
      do {
        count =
            deflater.deflate(
                buffer, 0, buffer.length, last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH);
        out.write(buffer, 0, count);
      } while (last ? !deflater.finished() : count == buffer.length);
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }
}
