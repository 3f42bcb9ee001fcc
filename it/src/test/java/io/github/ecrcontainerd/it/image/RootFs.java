package io.github.ecrcontainerd.it.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A root file system like real ones: some thousand files of this machine in three layers, with hard
 * links, set-user-ID programs, extended attributes, long names and FIFOs, and with whiteouts of all
 * kinds between the layers. The same on every run on the same machine.
 */
public final class RootFs {
  private static final int FILES = 1600;
  private static final int LARGEST = 64 << 10;

  /**
   * CAP_NET_BIND_SERVICE, permitted and effective: {@code struct vfs_cap_data} of revision 2 in
   * linux/capability.h, 20 bytes in little-endian order.
   */
  private static final String CAPABILITY =
      "\1\0\0\2" + "\0\4\0\0" + "\0\0\0\0" + "\0\0\0\0" + "\0\0\0\0";

  private RootFs() {}

  /** Its tar archives, from the lowest layer to the highest. */
  public static List<LayerTar> layers() {
    return List.of(shared(), libraries(), changes());
  }

  private static LayerTar shared() {
    LayerTar tar = new LayerTar().directory("usr", 0755).directory("tmp", 01777);
    copy(tar, Path.of("/usr/share"));
    tar.directory("etc", 0755).file("etc/hostname", 0644, "fixture\n").directory("etc/empty", 0700);
    tar.directory("opt", 0755).directory("opt/app", 0750);
    for (String name : List.of("a", "b", "c")) {
      tar.file("opt/app/" + name, 0640, name.repeat(10_000));
    }
    tar.hardLink("opt/app/b2", "opt/app/b").hardLink("opt/b3", "opt/app/b");
    return tar.directory("opt/replaced", 0755).file("opt/replaced/below", 0644, "below");
  }

  private static LayerTar libraries() {
    LayerTar tar = new LayerTar().directory("usr", 0755);
    copy(tar, Path.of("/usr/lib"));
    tar.directory("usr/local", 0755).directory("usr/local/bin", 0755);
    tar.file("usr/local/bin/setuid", 04755, "#!/bin/sh\n");
    tar.file("usr/local/bin/setgid", 02755, "#!/bin/sh\n");
    tar.file(
        "usr/local/bin/capable", 0755, new byte[100], Map.of("security.capability", CAPABILITY));
    tar.file(
        "usr/local/noted", 0600, new byte[0], Map.of("user.note", "x", "user.empty-ish", " = "));
    tar.owner(1000, 100).file("usr/local/owned", 0604, "mine").owner(3_000_000, 65_534);
    tar.file("usr/local/owned-by-a-high-id", 0600, "theirs").owner(0, 0);
    tar.fifo("usr/local/fifo", 0620);
    String name = "n".repeat(255);
    tar.file("usr/local/" + name, 0644, "a name of 255 bytes");
    String deep = "";
    for (int depth = 0; depth < 6; depth++) {
      deep += "d".repeat(90);
      tar.directory("usr/local/" + deep, 0755);
      deep += "/";
    }
    tar.file("usr/local/" + deep + "leaf", 0644, "a path of 560 bytes");
    tar.symlink("usr/local/" + deep + "link", "../".repeat(6) + "owned");
    return tar.file("usr/local/\u00fcml\u00e4ut \u65e5\u672c", 0644, "not ASCII");
  }

  private static LayerTar changes() {
    LayerTar tar = new LayerTar().directory("opt", 0755).directory("opt/app", 0755);
    tar.whiteout("opt/app/a").file("opt/app/c", 0600, "changed");
    tar.directory("opt/replaced", 0711).opaque("opt/replaced");
    tar.file("opt/replaced/above", 0644, "above");
    tar.directory("usr", 0755).directory("usr/local", 0755).whiteout("usr/local/fifo");
    // A file becomes a symlink, and a file with three names loses one.
    tar.directory("etc", 0755).whiteout("etc/empty").symlink("etc/hostname", "../opt/app/c");
    return tar.whiteout("opt/b3").hardLink("opt/app/c2", "opt/app/c");
  }

  /** Adds the first files of a directory of this machine, with their modes, owners and times. */
  private static void copy(LayerTar tar, Path source) {
    try (Stream<Path> files = walk(source)) {
      files.limit(FILES).forEach(path -> copyOne(tar, path));
    }
  }

  /** Lazily lists a directory and everything below it, in a fixed order. */
  private static Stream<Path> walk(Path path) {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return isPortable(path) ? Stream.of(path) : Stream.of();
    }
    try (Stream<Path> children = Files.list(path)) {
      List<Path> sorted = children.sorted().toList();
      return Stream.concat(Stream.of(path), sorted.stream().flatMap(RootFs::walk));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isPortable(Path path) {
    try {
      return Files.isSymbolicLink(path)
          || (Files.isRegularFile(path) && Files.isReadable(path) && Files.size(path) <= LARGEST);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copyOne(LayerTar tar, Path path) {
    try {
      Stat stat = Stat.of(path);
      int mode = stat.mode() & 07777;
      tar.owner(stat.uid(), stat.gid()).modified(stat.modified().truncatedTo(ChronoUnit.SECONDS));
      String name = path.toString().substring(1);
      if (stat.isSymlink()) {
        tar.symlink(name, Files.readSymbolicLink(path).toString());
      } else if (!stat.isRegular()) {
        tar.directory(name, mode);
      } else {
        tar.file(name, mode, Files.readAllBytes(path));
      }
      tar.owner(0, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
