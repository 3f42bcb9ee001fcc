package io.github.ecrcontainerd.it.image;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All files of a file system by path, with what {@code stat} and the system calls for extended
 * attributes return. A program that runs in the file system can't distinguish two trees with equal
 * entries.
 *
 * @param entries by their path relative to the root, which is {@code ""}
 */
public record Tree(SortedMap<String, Entry> entries) {

  /**
   * One file of any type.
   *
   * @param mode {@code st_mode}: type and permissions
   * @param modified {@code st_mtime}; 1970 for the root, because no layer has an entry for it
   * @param size {@code st_size}, or 0 if it is not a regular file
   * @param content the digest of a regular file's bytes
   * @param link the target of a symbolic link
   * @param attributes the extended attributes' values, in hex digits, by their name
   * @param firstName the first of the paths that are hard links to the same file
   */
  public record Entry(
      int mode,
      int uid,
      int gid,
      long size,
      Instant modified,
      Optional<Digest> content,
      Optional<String> link,
      Map<String, String> attributes,
      String firstName) {

    Entry withoutTimeAfter(Instant begin) {
      return modified.isBefore(begin)
          ? this
          : new Entry(mode, uid, gid, size, Instant.MAX, content, link, attributes, firstName);
    }

    @Override
    public String toString() {
      return "%o %d:%d %d %s %s%s%s%s"
          .formatted(
              mode,
              uid,
              gid,
              size,
              modified,
              content.map(Digest::toString).orElse("-"),
              link.map(target -> " -> " + target).orElse(""),
              attributes.isEmpty() ? "" : " " + attributes,
              " = " + firstName);
    }
  }

  /** Reads a directory, and everything below it. */
  public static Tree of(Path root) {
    SortedMap<String, Entry> entries = new TreeMap<>();
    Map<Object, String> names = new HashMap<>();
    try {
      for (Path path : all(root)) {
        String name = root.relativize(path).toString();
        entries.put(name, entry(path, name, names));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Tree(entries);
  }

  /**
   * All paths, in order. In a directory that no lower layer has, overlayfs lists whiteouts, but
   * reports them as missing when they are opened.
   */
  private static SortedSet<Path> all(Path root) throws IOException {
    SortedSet<Path> all = new TreeSet<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            all.add(path);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            all.add(path);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return all;
  }

  /**
   * Reads a committed snapshot of a daemon, in the namespace {@code default}.
   *
   * @throws AssertionError if the daemon has no such snapshot
   */
  public static Tree ofSnapshot(Containerd containerd, String snapshotter, Digest chainId) {
    return ofSnapshot(containerd, "default", snapshotter, chainId);
  }

  /** Reads a committed snapshot of one namespace. */
  public static Tree ofSnapshot(
      Containerd containerd, String namespace, String snapshotter, Digest chainId) {
    String key = "tree-" + chainId.hex();
    Path target = containerd.directory().resolve(key);
    List<String> snapshots = List.of("-n", namespace, "snapshots", "--snapshotter", snapshotter);
    // Not "view": nothing protects its snapshot from a pending garbage collection.
    ctr(containerd, snapshots, "prepare", key, chainId.toString());
    try {
      Files.createDirectory(target);
      String mount = ctr(containerd, snapshots, "mounts", target.toString(), key);
      // Newer versions of mount(8) pass each option to fsconfig(2), which takes at most 255 bytes.
      containerd.run("env", "LIBMOUNT_FORCE_MOUNT2=always", "sh", "-euc", mount);
      try {
        return of(containerd.view(target));
      } finally {
        containerd.run("umount", target.toString());
        Files.delete(target);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      ctr(containerd, snapshots, "rm", key);
    }
  }

  private static String ctr(Containerd containerd, List<String> begin, String... end) {
    return containerd.ctr(Stream.concat(begin.stream(), Stream.of(end)).toArray(String[]::new));
  }

  /** This tree without times later than {@code begin}: only the clock decided these. */
  public Tree withoutTimesAfter(Instant begin) {
    SortedMap<String, Entry> all = new TreeMap<>();
    entries.forEach((path, entry) -> all.put(path, entry.withoutTimeAfter(begin)));
    return new Tree(all);
  }

  /** The entries that differ from those of another tree, for messages. */
  public List<String> differences(Tree other) {
    SortedMap<String, Entry> all = new TreeMap<>(entries);
    all.putAll(other.entries);
    return all.keySet().stream()
        .filter(
            path ->
                !Optional.ofNullable(entries.get(path))
                    .equals(Optional.ofNullable(other.entries.get(path))))
        .map(path -> "%s: %s | %s".formatted(path, entries.get(path), other.entries.get(path)))
        .toList();
  }

  private static Entry entry(Path path, String name, Map<Object, String> names) throws IOException {
    Stat stat = Stat.of(path);
    return new Entry(
        stat.mode(),
        stat.uid(),
        stat.gid(),
        stat.isRegular() ? stat.size() : 0,
        name.isEmpty() ? Instant.EPOCH : stat.modified(),
        stat.isRegular() ? Optional.of(Digest.sha256(Files.readAllBytes(path))) : Optional.empty(),
        stat.isSymlink() ? Optional.of(Files.readSymbolicLink(path).toString()) : Optional.empty(),
        ExtendedAttributes.of(path),
        stat.isRegular() ? names.computeIfAbsent(stat.file(), key -> name) : name);
  }
}
