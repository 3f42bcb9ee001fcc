package io.github.ecrcontainerd.containerd.internal.schema1;

import static java.util.Objects.requireNonNull;

import io.github.ecrcontainerd.containerd.content.ContentReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A blob of the content store, for the JDK's inflater. The reader stays open: its owner closes it.
 */
public final class ContentInputStream extends InputStream {
  private final ContentReader content;
  private @Nullable ByteBuffer bytes;
  private boolean ended;

  /** Streams know no other way to tell of an interrupt. */
  public static final class Interrupted extends InterruptedIOException {
    @Serial private static final long serialVersionUID = 1L;
    private final transient InterruptedException reason;

    Interrupted(InterruptedException reason) {
      this.reason = reason;
    }

    /** What the thread was told. */
    public InterruptedException cause() {
      return reason;
    }
  }

  /** Reads on from where the reader is. */
  public ContentInputStream(ContentReader content) {
    this.content = content;
  }

  @Override
  public int read() throws IOException {
    return fill() ? current().get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int taken = Math.min(length, current().remaining());
    current().get(target, offset, taken);
    return taken;
  }

  /** Above 0 until the end: GZIPInputStream looks for another member only where there is more. */
  @Override
  public int available() throws IOException {
    return fill() ? current().remaining() : 0;
  }

  private boolean fill() throws IOException {
    try {
      while (!ended && (bytes == null || !bytes.hasRemaining())) {
        bytes = content.read();
        ended = bytes == null;
      }
      return !ended;
    } catch (InterruptedException e) {
      throw new Interrupted(e);
    }
  }

  private ByteBuffer current() {
    return requireNonNull(bytes);
  }
}
