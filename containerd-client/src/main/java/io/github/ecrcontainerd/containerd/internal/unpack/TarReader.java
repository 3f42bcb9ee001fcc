package io.github.ecrcontainerd.containerd.internal.unpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.ecrcontainerd.resolver.VisibleText;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive, entry by entry, as the daemon does with Go's archive/tar: the formats of
 * Unix V7, POSIX (ustar, pax) and GNU. Names and extended attributes stay bytes. Apache Commons
 * Compress, which reads layers elsewhere in this module, decodes them as UTF-8, which corrupts the
 * bytes of a file's capabilities.
 *
 * <p>Holds one header in memory, with extensions of at most 1 MiB. For one thread at a time.
 */
final class TarReader {
  private static final int BLOCK = 512;

  /** The same limit as Go's. */
  private static final int LONGEST_EXTENSION = 1 << 20;

  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_END = 156;
  private static final int OCTAL = 8;

  /** In the year 2255. From 2262 on, containerd's applier writes 1970. */
  private static final long LAST_SECOND = 9_000_000_000L;

  private final InputStream archive;
  private final byte[] block = new byte[BLOCK];
  private final byte[] passed = new byte[8 * BLOCK];

  /** The remaining bytes of the entry's content, and the padding of its last block. */
  private long left;

  private int padding;

  TarReader(InputStream archive) {
    this.archive = archive;
  }

  /** Returns the bytes of a text from this archive. */
  static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  /**
   * Returns the next entry; null at the end.
   *
   * @throws UnknownArchiveException if the meaning of the entry isn't certain
   */
  @Nullable TarEntry next() throws IOException {
    PaxRecords pax = PaxRecords.NONE;
    Optional<String> longName = Optional.empty();
    Optional<String> longLink = Optional.empty();
    while (true) {
      // Their sum may exceed a long.
      skip(left);
      skip(padding);
      left = 0;
      padding = 0;
      if (!readHeader()) {
        return null;
      }
      switch (block[156]) {
        case 'x' -> pax = PaxRecords.parse(extension());
        case 'g' -> {
          // A global header, which the daemon's reader ignores.
          var _ = PaxRecords.parse(extension());
        }
        case 'L' -> longName = Optional.of(terminated(extension()));
        case 'K' -> longLink = Optional.of(terminated(extension()));
        default -> {
          return entry(pax, longName, longLink);
        }
      }
    }
  }

  private TarEntry entry(PaxRecords pax, Optional<String> longName, Optional<String> longLink)
      throws IOException {
    String own = text(0, 100);
    boolean gnu = text(257, 8).startsWith("ustar ");
    boolean posix = !gnu && text(257, 6).equals("ustar");
    if (posix && text(508, 4).equals("tar")) {
      throw new UnknownArchiveException("an archive of star");
    }
    if (posix && block[345] != 0) {
      own = text(345, 155) + "/" + own;
    }
    String name = longName.orElse(pax.text("path").orElse(own));
    String link = longLink.orElse(pax.text("linkpath").orElse(text(157, 100)));
    long size = pax.number("size", number(124, 12));
    TarEntry.Type type = type(name);
    left = type == TarEntry.Type.FILE ? size : 0;
    padding = (int) (-left & (BLOCK - 1));
    boolean device = type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
    if (device && !gnu && !posix) {
      throw new UnknownArchiveException("a device of an old archive");
    }
    if (gnu && block[345] != 0) {
      throw new UnknownArchiveException("an archive of GNU tar with times of access");
    }
    Instant modification = pax.time("mtime").orElse(Instant.ofEpochSecond(seconds()));
    Optional<Instant> access = pax.time("atime");
    if (isLate(modification) || access.filter(TarReader::isLate).isPresent()) {
      throw new UnknownArchiveException("a time out of range");
    }
    return new TarEntry(
        name,
        type,
        (int) (number(100, 8) & 07777),
        id(pax.number("uid", number(108, 8))),
        id(pax.number("gid", number(116, 8))),
        left,
        modification,
        access,
        link,
        device ? (int) number(329, 8) : 0,
        device ? (int) number(337, 8) : 0,
        pax.attributes());
  }

  private TarEntry.Type type(String name) throws UnknownArchiveException {
    return switch (block[156]) {
      case 0 -> name.endsWith("/") ? TarEntry.Type.DIRECTORY : TarEntry.Type.FILE;
      case '0' -> TarEntry.Type.FILE;
      case '1' -> TarEntry.Type.HARD_LINK;
      case '2' -> TarEntry.Type.LINK;
      case '3' -> TarEntry.Type.CHARACTER_DEVICE;
      case '4' -> TarEntry.Type.BLOCK_DEVICE;
      case '5' -> TarEntry.Type.DIRECTORY;
      case '6' -> TarEntry.Type.FIFO;
      default ->
          throw new UnknownArchiveException(
              VisibleText.line("an entry of type " + (char) Byte.toUnsignedInt(block[156])));
    };
  }

  /** Rejects -1, which for chown(2) means no change. */
  private static int id(long number) throws UnknownArchiveException {
    if (number >= 0xffff_ffffL) {
      throw new UnknownArchiveException("an owner ID out of range");
    }
    return (int) number;
  }

  /**
   * Returns the header's modification time, capped just after the last valid second, because an
   * Instant can't hold all values.
   */
  private long seconds() throws UnknownArchiveException {
    return Math.min(number(136, 12), LAST_SECOND + 1);
  }

  private static boolean isLate(Instant time) {
    return time.getEpochSecond() > LAST_SECOND;
  }

  /** Reads a header. Returns false at the end: two empty blocks, or the end of the stream. */
  private boolean readHeader() throws IOException {
    int first = archive.readNBytes(block, 0, BLOCK);
    if (first == 0) {
      return false;
    }
    if (first < BLOCK) {
      throw new EOFException("the archive ends within a header");
    }
    if (!isEmpty()) {
      checkSum();
      return true;
    }
    int second = archive.readNBytes(block, 0, BLOCK);
    if (second > 0 && second < BLOCK) {
      throw new EOFException("the archive ends within its end marker");
    }
    if (second == 0 || isEmpty()) {
      return false;
    }
    throw new UnknownArchiveException("an empty block between others");
  }

  private boolean isEmpty() {
    for (byte each : block) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  private void checkSum() throws IOException {
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      byte each = i >= CHECKSUM && i < CHECKSUM_END ? (byte) ' ' : block[i];
      unsigned += each & 0xff;
      signed += each;
    }
    long sum = number(CHECKSUM, CHECKSUM_END - CHECKSUM);
    if (sum != unsigned && sum != signed) {
      throw new UnknownArchiveException("a header whose checksum is wrong");
    }
  }

  private String text(int from, int length) {
    return terminated(new String(block, from, length, ISO_8859_1));
  }

  private static String terminated(String text) {
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  /**
   * Parses octal digits, or GNU's form for large numbers: a set bit, followed by the binary number.
   */
  private long number(int from, int length) throws UnknownArchiveException {
    if (block[from] < 0) {
      return binary(from, length);
    }
    String digits = new String(block, from, length, ISO_8859_1).replace('\0', ' ').strip();
    try {
      long value = digits.isEmpty() ? 0 : Long.parseLong(digits, OCTAL);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw new UnknownArchiveException("a number that can't be read");
  }

  private long binary(int from, int length) throws UnknownArchiveException {
    long value = block[from] & 0x7f;
    if ((value & 0x40) != 0) {
      throw new UnknownArchiveException("a number below 0");
    }
    for (int i = from + 1; i < from + length; i++) {
      if (value >>> (Long.SIZE - 1 - Byte.SIZE) != 0) {
        throw new UnknownArchiveException("a number that is too large");
      }
      value = (value << Byte.SIZE) | (block[i] & 0xff);
    }
    return value;
  }

  /** Returns the content of an extension of the next header. */
  private String extension() throws IOException {
    long size = number(124, 12);
    if (size > LONGEST_EXTENSION) {
      throw new UnknownArchiveException("a header of %d bytes".formatted(size));
    }
    byte[] content = archive.readNBytes((int) size);
    if (content.length < size) {
      throw new EOFException("the archive ends within a header");
    }
    skip(-size & (BLOCK - 1));
    return new String(content, ISO_8859_1);
  }

  /** Reads a part of the entry's content; -1 at its end. */
  int read(byte[] target) throws IOException {
    if (left == 0) {
      return -1;
    }
    int count = archive.read(target, 0, (int) Math.min(target.length, left));
    if (count < 0) {
      throw new EOFException("the archive ends within a file");
    }
    left -= count;
    return count;
  }

  /** Reads the skipped bytes, because the archive's digest includes them. */
  private void skip(long count) throws IOException {
    for (long skipped = 0; skipped < count; ) {
      int some = archive.read(passed, 0, (int) Math.min(passed.length, count - skipped));
      if (some < 0) {
        throw new EOFException("the archive ends within an entry");
      }
      skipped += some;
    }
  }
}
