package io.github.ecrcontainerd.containerd.internal.rootfs;

import java.io.IOException;
import java.util.Optional;

/** The files of a root file system, by their paths in it. */
public interface RootFileSystem extends AutoCloseable {

  /**
   * All bytes of a file; links are followed inside the root file system.
   *
   * @param maxBytes how many at most
   * @return empty if there is no such file
   * @throws IOException if it is no file, has more bytes, or can't be read
   */
  Optional<byte[]> read(String path, int maxBytes) throws IOException, InterruptedException;

  @Override
  void close();
}
