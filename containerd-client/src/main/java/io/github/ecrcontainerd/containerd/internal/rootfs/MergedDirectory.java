package io.github.ecrcontainerd.containerd.internal.rootfs;

import static java.util.Objects.requireNonNull;

import io.github.ecrcontainerd.containerd.internal.ffm.ExtendedAttributes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A directory that overlayfs would merge from several layers (Linux's
 * Documentation/filesystems/overlayfs.rst): the uppermost entry of a name wins, a character device
 * 0:0 hides the name, and an opaque directory hides the layers below.
 *
 * @param parts the layers' directories, the uppermost first
 * @param attributes the prefix of overlayfs's extended attributes: {@code trusted.overlay.} or
 *     {@code user.overlay.}
 */
record MergedDirectory(List<Path> parts, String attributes) implements Node.Directory {
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int FILE = 0100000;
  private static final int SYMLINK = 0120000;
  private static final int CHARACTER_DEVICE = 0020000;

  MergedDirectory {
    parts = List.copyOf(parts);
  }

  @Override
  public Optional<Node> child(String name) throws IOException {
    List<Path> directories = new ArrayList<>();
    for (Path part : parts) {
      Path entry = resolve(part, name);
      Map<String, Object> stat;
      try {
        stat = Files.readAttributes(entry, "unix:mode,rdev", LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException e) {
        continue;
      }
      int type = (Integer) requireNonNull(stat.get("mode")) & TYPE;
      if (type == CHARACTER_DEVICE && requireNonNull(stat.get("rdev")).equals(0L)) {
        break;
      }
      if (type != DIRECTORY) {
        if (directories.isEmpty()) {
          return Optional.of(node(entry, type));
        }
        break;
      }
      refuse(entry, "redirect");
      directories.add(entry);
      if (parts.size() > 1 && has(entry, "opaque")) {
        break;
      }
    }
    return directories.isEmpty()
        ? Optional.empty()
        : Optional.of(new MergedDirectory(directories, attributes));
  }

  private static Path resolve(Path part, String name) throws IOException {
    try {
      return part.resolve(name);
    } catch (InvalidPathException e) {
      throw new IOException("a name that this locale can't write: " + e.getReason(), e);
    }
  }

  private Node node(Path entry, int type) throws IOException {
    return switch (type) {
      case SYMLINK -> new Symlink(Files.readSymbolicLink(entry).toString());
      case FILE -> {
        refuse(entry, "metacopy");
        yield (File) maxBytes -> read(entry, maxBytes);
      }
      default -> new Special();
    };
  }

  private static byte[] read(Path file, int maxBytes) throws IOException {
    try (InputStream content = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return content.readNBytes(maxBytes + 1);
    }
  }

  /**
   * Refuses an attribute that means that the content is elsewhere. containerd's unpacking creates
   * neither of the two.
   */
  private void refuse(Path entry, String attribute) throws IOException {
    if (has(entry, attribute)) {
      throw new IOException(entry + " has an overlayfs " + attribute);
    }
  }

  private boolean has(Path entry, String attribute) throws IOException {
    return ExtendedAttributes.has(entry, attributes + attribute);
  }
}
