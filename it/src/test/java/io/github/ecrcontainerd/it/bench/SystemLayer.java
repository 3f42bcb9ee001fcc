package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * A layer of what this machine has installed, as {@code tar} packs it: thousands of small files and
 * some large ones, of a Debian with a JDK and Python. The same on every run on the same machine.
 */
final class SystemLayer {
  /** What the layers are taken from, each up to its first {@value #LARGEST} bytes. */
  static final List<Path> SOURCES =
      Stream.of(
              "/usr/bin",
              "/usr/lib/%s-linux-gnu"
                  .formatted(System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch64"),
              System.getProperty("java.home"),
              "/usr/lib/python3",
              "/usr/lib/python3.11",
              "/usr/lib/gcc",
              "/usr/share/perl",
              "/usr/share/doc",
              "/usr/share/locale",
              "/usr/share/man")
          .map(Path::of)
          .toList();

  private static final long LARGEST = 160 << 20;

  private SystemLayer() {}

  static SampleLayer write(Path file, Path source) throws IOException {
    MessageDigest layer = Digest.Algorithm.SHA256.newHash();
    MessageDigest archive = Digest.Algorithm.SHA256.newHash();
    Path names = Files.createTempFile("bench", ".names");
    Process tar = null;
    try {
      Files.write(names, files(source), StandardCharsets.ISO_8859_1);
      tar =
          new ProcessBuilder(
                  List.of(
                      "tar",
                      "--create",
                      "--directory=/",
                      "--no-recursion",
                      "--numeric-owner",
                      "--verbatim-files-from",
                      "--files-from=" + names))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (InputStream in = new DigestInputStream(tar.getInputStream(), archive);
          OutputStream out =
              new GZIPOutputStream(
                  new DigestOutputStream(Files.newOutputStream(file), layer), 1 << 16)) {
        in.transferTo(out);
      }
      if (tar.waitFor() != 0) {
        throw new IOException("tar can't pack " + source);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      Files.delete(names);
      if (tar != null) {
        tar.destroyForcibly();
      }
    }
    return new SampleLayer(
        Digest.of(Digest.Algorithm.SHA256, layer), Digest.of(Digest.Algorithm.SHA256, archive));
  }

  /** The first ones, in a fixed order, by names that {@code tar} takes relative to the root. */
  private static List<String> files(Path source) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(source)) {
      all = walk.sorted().toList();
    }
    List<String> files = new ArrayList<>();
    long bytes = 0;
    for (Path file : all) {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        long size = Files.size(file);
        if (bytes + size > LARGEST) {
          continue;
        }
        bytes += size;
      }
      files.add(file.toString().substring(1));
    }
    return files;
  }
}
