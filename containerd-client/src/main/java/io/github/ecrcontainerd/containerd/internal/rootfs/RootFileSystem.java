package io.github.ecrcontainerd.containerd.internal.rootfs;

import java.io.IOException;
import java.util.Optional;

/** The files of a root file system, by their paths in it. */
public interface RootFileSystem extends AutoCloseable {

  /**
   * Returns all bytes of a file. Links are resolved inside the root file system.
   *
   * @param maxBytes the maximum size
   * @return the bytes; empty if the file doesn't exist
   * @throws IOException if it is not a regular file, is larger, or can't be read
   */
  Optional<byte[]> read(String path, int maxBytes) throws IOException, InterruptedException;

  @Override
  void close();
}
