package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A layer upload: a file that grows part by part, and is hashed as it grows. Parts of one upload
 * are processed one after the other. Code that uses an upload holds it meanwhile ({@link #hold}).
 */
public final class Upload {
  private final String id;
  private final Path file;
  private final FileChannel channel;
  private final ReentrantLock lock = new ReentrantLock();

  /** The hash of the bytes so far; null if some of them were removed. */
  private @Nullable MessageDigest sha256 = Digest.Algorithm.SHA256.newHash();

  private long size;
  private int parts;
  private long lastPart;
  private long smallestInner = Long.MAX_VALUE;

  Upload(String id, Path file) throws IOException {
    this.id = id;
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Exclusive use of the upload until this is closed. */
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  public Hold hold() {
    lock.lock();
    return lock::unlock;
  }

  public String id() {
    return id;
  }

  Path file() {
    return file;
  }

  /** The number of bytes. */
  public long size() {
    return size;
  }

  /** The number of parts. */
  public int parts() {
    return parts;
  }

  /** The length of the shortest part except the last, in bytes. */
  public long smallestInnerPart() {
    return smallestInner;
  }

  /** Adds a part. */
  public void append(ByteBuffer part) throws IOException {
    int length = part.remaining();
    grow(part);
    if (parts > 0) {
      smallestInner = Math.min(smallestInner, lastPart);
    }
    parts++;
    lastPart = length;
  }

  /**
   * Keeps only the bytes up to a position, like a registry that failed in the middle of a part.
   *
   * @param part the part that arrives after the existing bytes
   * @param wanted how many bytes the upload has afterwards
   */
  public void cutShort(ByteBuffer part, long wanted) throws IOException {
    if (wanted > size) {
      grow(part.slice(part.position(), (int) Math.min(part.remaining(), wanted - size)));
    } else if (wanted < size) {
      channel.truncate(wanted);
      size = wanted;
      sha256 = null;
    }
  }

  private void grow(ByteBuffer bytes) throws IOException {
    ByteBuffer toHash = bytes.duplicate();
    long end = size;
    try {
      while (bytes.hasRemaining()) {
        end += channel.write(bytes, end);
      }
    } catch (IOException e) {
      // The disk may be full. The caller may send the part again.
      channel.truncate(size);
      throw e;
    }
    if (sha256 != null) {
      sha256.update(toHash);
    }
    size = end;
  }

  /** The digest of the bytes so far. */
  public Digest digest(Digest.Algorithm algorithm) throws IOException {
    if (algorithm == Digest.Algorithm.SHA256 && sha256 != null) {
      try {
        return Digest.of(algorithm, (MessageDigest) sha256.clone());
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException("This JDK's SHA-256 can't be copied", e);
      }
    }
    MessageDigest hash = algorithm.newHash();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hash.update(buffer, 0, n);
      }
    }
    return Digest.of(algorithm, hash);
  }

  void discard() throws IOException {
    channel.close();
    Files.deleteIfExists(file);
  }
}
