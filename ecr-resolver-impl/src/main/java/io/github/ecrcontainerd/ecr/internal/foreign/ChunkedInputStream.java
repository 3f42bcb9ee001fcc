package io.github.ecrcontainerd.ecr.internal.foreign;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** A body in chunked transfer coding (RFC 9112, section 7.1). */
final class ChunkedInputStream extends InputStream {
  private static final int MAX_LINE_BYTES = 1024;

  private final InputStream input;
  private long left;
  private boolean begun;
  private boolean ended;

  ChunkedInputStream(InputStream input) {
    this.input = input;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (left == 0 && !ended) {
      nextChunk();
    }
    if (ended) {
      return -1;
    }
    int taken = input.read(target, offset, (int) Math.min(length, left));
    if (taken < 0) {
      throw new EOFException("it ends early");
    }
    left -= taken;
    return taken;
  }

  private void nextChunk() throws IOException {
    if (begun && !line().isEmpty()) {
      throw new IOException("its chunks are malformed");
    }
    begun = true;
    String size = line().replaceFirst(";.*", "").strip();
    if (!size.matches("[0-9a-fA-F]{1,15}")) {
      throw new IOException("its chunks are malformed");
    }
    left = Long.parseLong(size, 16);
    ended = left == 0;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = input.read(); next != '\n'; next = input.read()) {
      if (next < 0 || line.length() == MAX_LINE_BYTES) {
        throw new EOFException("it ends early");
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }
}
