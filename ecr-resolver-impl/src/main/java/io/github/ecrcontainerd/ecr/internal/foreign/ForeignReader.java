package io.github.ecrcontainerd.ecr.internal.foreign;

import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one foreign layer from the first of its URLs that has it. If a URL fails, the next URL
 * resumes at the byte that was reached.
 */
final class ForeignReader implements BlobReader {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final int MAX_REDIRECTS = 5;

  private final AddressRule rule;
  private final EcrReference reference;
  private final Descriptor layer;
  private final Deadline deadline;
  private final Iterator<URI> urls;
  private final List<String> failures = new ArrayList<>();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private long position;
  private String current = "";
  private @Nullable Connection connection;
  private @Nullable InputStream body;

  ForeignReader(AddressRule rule, EcrReference reference, Descriptor layer, long offset) {
    this.rule = rule;
    this.reference = reference;
    this.layer = layer;
    this.deadline = Deadline.forBytes(layer.size() - offset);
    this.urls = layer.urls().iterator();
    this.position = offset;
  }

  @Override
  public @Nullable ByteBuffer read() throws InterruptedException {
    IOException last = null;
    while (position < layer.size()) {
      try {
        if (body == null) {
          if (!urls.hasNext()) {
            throw failed(last);
          }
          open(urls.next());
        }
        return next();
      } catch (IOException e) {
        close();
        if (Thread.interrupted()) {
          throw new InterruptedException("Interrupted while " + layer.digest() + " was read");
        }
        failures.add(current + ": " + e.getMessage());
        last = e;
      }
    }
    return null;
  }

  private ByteBuffer next() throws IOException {
    InputStream from = body;
    if (from == null) {
      throw new EOFException("it is closed");
    }
    int maxBytes = (int) Math.min(buffer.length, layer.size() - position);
    int length = from.read(buffer, 0, maxBytes);
    if (length < 0) {
      throw new EOFException("it ends after %,d bytes".formatted(position));
    }
    position += length;
    if (position == layer.size() && from.read() >= 0) {
      position -= length;
      throw new IOException("it has more than %,d bytes".formatted(layer.size()));
    }
    return ByteBuffer.wrap(buffer, 0, length).asReadOnlyBuffer();
  }

  /** Follows redirects, each of which is checked like the first URL. */
  private void open(URI uri) throws IOException {
    current = "%s://%s".formatted(uri.getScheme(), uri.getHost());
    ForeignUrl url = ForeignUrl.of(uri);
    for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      current = url.toString();
      Connection opened = Connection.open(url, rule, deadline);
      connection = opened;
      Response response = Response.get(opened, url, position);
      switch (response.status()) {
        case 301, 302, 303, 307, 308 -> {
          opened.close();
          url =
              url.redirected(
                  response
                      .header("location")
                      .orElseThrow(() -> new IOException("its redirect has no Location header")));
        }
        case 200, 206 -> {
          body = bodyOf(response);
          return;
        }
        default -> throw new IOException("it answers with status " + response.status());
      }
    }
    throw new IOException("it redirects more than %d times".formatted(MAX_REDIRECTS));
  }

  private InputStream bodyOf(Response response) throws IOException {
    long first = response.status() == 206 ? position : 0;
    String range = "bytes %d-%d/%d".formatted(first, layer.size() - 1, layer.size());
    if (response.status() == 206
        && !response.header("content-range").filter(range::equalsIgnoreCase).isPresent()) {
      throw new IOException("it sends another range than " + range);
    }
    String length = Long.toString(layer.size() - first);
    if (response.header("content-length").filter(said -> !said.equals(length)).isPresent()) {
      throw new IOException("it does not have the %,d bytes of the layer".formatted(layer.size()));
    }
    // A host without range support sends the whole layer.
    response.body().skipNBytes(position - first);
    return response.body();
  }

  private ResolverException failed(@Nullable IOException last) {
    return new ResolverException(
        Code.UNAVAILABLE,
        "GetForeignLayer",
        reference.toString(),
        layer.digest(),
        "Download of the foreign layer %s of %s failed: %s"
            .formatted(layer.digest(), reference, String.join("; ", failures)),
        last);
  }

  @Override
  public void close() {
    body = null;
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }
}
