package io.github.ecrcontainerd.ecr.internal.upload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.IntFunction;
import org.reactivestreams.Subscriber;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.SdkPublisher;

/**
 * The body of a call of UploadLayerPart, as JSON. The part is encoded as Base64 slice by slice each
 * time that it is read: once to sign it, and once to send it.
 */
final class PartBody implements AsyncRequestBody {
  private static final String NO_BLOB = "\"layerPartBlob\":\"\"";

  /** A multiple of 3, so that only the last slice has padding. */
  private static final int SLICE_BYTES = 48 << 10;

  private final byte[] before;
  private final LayerPart part;
  private final byte[] after;

  /**
   * @param call the JSON of the call, with an empty blob
   */
  PartBody(String call, LayerPart part) {
    int found = call.indexOf(NO_BLOB);
    if (found < 0) {
      throw new IllegalArgumentException("The SDK wrote no empty layerPartBlob");
    }
    int quote = found + NO_BLOB.length() - 1;
    this.before = call.substring(0, quote).getBytes(UTF_8);
    this.part = part;
    this.after = call.substring(quote).getBytes(UTF_8);
  }

  /** The length of a part as Base64, in bytes. */
  static long encodedLength(LayerPart part) {
    return Math.ceilDiv(part.length(), 3) * 4L;
  }

  @Override
  public Optional<Long> contentLength() {
    return Optional.of(before.length + encodedLength(part) + after.length);
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    // The HTTP client may keep some slices, so each has its own array.
    Iterable<ByteBuffer> slices = () -> new Slices(byte[]::new);
    SdkPublisher.fromIterable(slices).subscribe(subscriber);
  }

  /** The same bytes as a stream. */
  InputStream newStream() {
    byte[] encoded = new byte[SLICE_BYTES / 3 * 4];
    Iterator<ByteBuffer> slices = new Slices(length -> encoded);
    return new InputStream() {
      private ByteBuffer slice = slices.next();

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        while (!slice.hasRemaining()) {
          if (!slices.hasNext()) {
            return -1;
          }
          slice = slices.next();
        }
        int count = Math.min(length, slice.remaining());
        slice.get(into, offset, count);
        return count;
      }
    };
  }

  /** The bytes before the blob, the blob in slices, and the bytes after it. */
  private final class Slices implements Iterator<ByteBuffer> {
    private final IntFunction<byte[]> arrays;
    private final byte[] raw = new byte[SLICE_BYTES];
    private boolean begun;
    private boolean ended;
    private int position;

    /**
     * @param arrays returns the array for a slice of at most that many bytes
     */
    private Slices(IntFunction<byte[]> arrays) {
      this.arrays = arrays;
    }

    @Override
    public boolean hasNext() {
      return !ended;
    }

    @Override
    public ByteBuffer next() {
      if (ended) {
        throw new NoSuchElementException();
      }
      if (!begun) {
        begun = true;
        return ByteBuffer.wrap(before);
      }
      int count = Math.min(SLICE_BYTES, part.length() - position);
      if (count == 0) {
        ended = true;
        return ByteBuffer.wrap(after);
      }
      part.read(position, raw, count);
      position += count;
      byte[] slice = count == SLICE_BYTES ? raw : Arrays.copyOf(raw, count);
      byte[] encoded = arrays.apply(Math.ceilDiv(count, 3) * 4);
      return ByteBuffer.wrap(encoded, 0, Base64.getEncoder().encode(slice, encoded));
    }
  }
}
