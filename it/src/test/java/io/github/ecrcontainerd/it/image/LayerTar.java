package io.github.ecrcontainerd.it.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A layer's tar archive, entry by entry in the order of the calls; the OCI image specification's
 * "Image Layer Filesystem Changeset". The same calls make the same bytes.
 */
public final class LayerTar {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar;
  private int uid;
  private int gid;
  private Instant modified = Instant.parse("2024-02-29T12:34:56Z");

  public LayerTar() {
    tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
  }

  /** The owner of the entries that follow; initially 0 and 0. */
  public LayerTar owner(int newUid, int newGid) {
    uid = newUid;
    gid = newGid;
    return this;
  }

  /** The time, in whole seconds, of the entries that follow. */
  public LayerTar modified(Instant time) {
    modified = time;
    return this;
  }

  /**
   * Adds a directory. Its parents need entries of their own.
   *
   * @param mode permissions with setuid, setgid and sticky bit: 01777
   */
  public LayerTar directory(String path, int mode) {
    return add(new TarArchiveEntry(path + "/"), mode, new byte[0]);
  }

  public LayerTar file(String path, int mode, byte[] content) {
    return file(path, mode, content, Map.of());
  }

  public LayerTar file(String path, int mode, String content) {
    return file(path, mode, content.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A file with extended attributes.
   *
   * @param attributes values by full name ({@code user.note}, {@code security.capability}); all
   *     their bytes are ASCII, because the archiver takes them as text
   */
  public LayerTar file(String path, int mode, byte[] content, Map<String, String> attributes) {
    TarArchiveEntry entry = new TarArchiveEntry(path);
    attributes.forEach((name, value) -> entry.addPaxHeader("SCHILY.xattr." + name, value));
    return add(entry, mode, content);
  }

  public LayerTar symlink(String path, String target) {
    TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_SYMLINK);
    entry.setLinkName(target);
    return add(entry, 0777, new byte[0]);
  }

  /** Adds another name for a file of this or an earlier layer. */
  public LayerTar hardLink(String path, String existing) {
    TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_LINK);
    entry.setLinkName(existing);
    return add(entry, 0644, new byte[0]);
  }

  public LayerTar fifo(String path, int mode) {
    return add(new TarArchiveEntry(path, TarConstants.LF_FIFO), mode, new byte[0]);
  }

  /** Removes what the layers below have at a path. */
  public LayerTar whiteout(String path) {
    int name = path.lastIndexOf('/') + 1;
    return file(path.substring(0, name) + ".wh." + path.substring(name), 0, new byte[0]);
  }

  /** Removes all that the layers below have in a directory. */
  public LayerTar opaque(String directory) {
    return file(directory + "/.wh..wh..opq", 0, new byte[0]);
  }

  private LayerTar add(TarArchiveEntry entry, int mode, byte[] content) {
    entry.setMode(mode);
    entry.setIds(uid, gid);
    entry.setNames("", "");
    entry.setLastModifiedTime(FileTime.from(modified));
    entry.setSize(content.length);
    try {
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** The whole archive. No entry can be added afterwards. */
  public byte[] toBytes() {
    try {
      tar.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
