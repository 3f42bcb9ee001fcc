package io.github.ecrcontainerd.containerd.internal.ffm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;

/** A regular file that is written from its beginning to its end. For one thread at a time. */
public final class NewFile implements AutoCloseable {
  private final String name;
  private final int descriptor;
  private boolean closed;

  NewFile(String name, int descriptor) {
    this.name = name;
    this.descriptor = descriptor;
  }

  /** Writes the first bytes of an array behind what was written. */
  public void write(byte[] bytes, int length) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment left = arena.allocate(length);
      MemorySegment.copy(bytes, 0, left, ValueLayout.JAVA_BYTE, 0, length);
      while (left.byteSize() > 0) {
        left = left.asSlice(check(LibcFiles.write(descriptor, left, left.byteSize())));
      }
    }
  }

  private long check(long result) throws FileSystemException {
    if (result < 0) {
      throw new FileSystemException(name, null, Libc.strerror(result));
    }
    return result;
  }

  @Override
  public void close() throws IOException {
    // Its number may be another's by now.
    if (!closed) {
      closed = true;
      check(Libc.close(descriptor));
    }
  }
}
