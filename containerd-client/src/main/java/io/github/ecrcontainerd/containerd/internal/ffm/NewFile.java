package io.github.ecrcontainerd.containerd.internal.ffm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/** A regular file that is written sequentially. Only the thread that creates it may use it. */
public final class NewFile implements AutoCloseable {
  private final String name;
  private final int descriptor;
  private final Arena arena = Arena.ofConfined();
  private @Nullable MemorySegment buffer;
  private boolean closed;

  NewFile(String name, int descriptor) {
    this.name = name;
    this.descriptor = descriptor;
  }

  /** Appends the first bytes of an array. */
  public void write(byte[] bytes, int length) throws IOException {
    if (buffer == null || buffer.byteSize() < length) {
      buffer = arena.allocate(length);
    }
    MemorySegment left = buffer.asSlice(0, length);
    MemorySegment.copy(bytes, 0, left, ValueLayout.JAVA_BYTE, 0, length);
    while (left.byteSize() > 0) {
      left = left.asSlice(check(LibcFiles.write(descriptor, left, left.byteSize())));
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
    // Its number may have been reused.
    if (!closed) {
      closed = true;
      arena.close();
      check(Libc.close(descriptor));
    }
  }
}
