package io.github.ecrcontainerd.local.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Prevents a second server from using a directory. It would remove the uploads of the first, and
 * each would overwrite the other's index. The system releases the lock when the process ends, even
 * if it is killed. The empty lock file stays.
 */
final class DirectoryLock implements AutoCloseable {
  private final FileChannel file;

  private DirectoryLock(FileChannel file) {
    this.file = file;
  }

  static DirectoryLock take(Path directory) throws IOException {
    FileChannel file =
        FileChannel.open(
            directory.resolve(".ecr-local.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      taken = isTaken(file);
    } finally {
      if (!taken) {
        file.close();
      }
    }
    if (!taken) {
      throw new IOException(
          directory + " is served by another ecr-local: end it, or serve another directory");
    }
    return new DirectoryLock(file);
  }

  private static boolean isTaken(FileChannel file) throws IOException {
    try {
      @Nullable FileLock lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // Another server of this JVM holds the lock.
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
