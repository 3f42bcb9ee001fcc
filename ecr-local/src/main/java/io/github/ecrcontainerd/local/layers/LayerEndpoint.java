package io.github.ecrcontainerd.local.layers;

import io.github.ecrcontainerd.local.ByteRange;
import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerRequest;
import io.github.ecrcontainerd.local.count.Tally;
import io.github.ecrcontainerd.local.http.Endpoint;
import io.github.ecrcontainerd.local.store.Blob;
import io.github.ecrcontainerd.local.store.Registry;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Answers GET of a layer's URL, and refuses HEAD, as S3 does. */
public final class LayerEndpoint implements Endpoint {
  /** RFC 9110, section 5.6.7. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private final Registry registry;
  private final PresignedUrls urls;
  private final Conditions conditions;
  private final Tally tally;
  private final InstantSource clock;
  private final RequestNumbers numbers = new RequestNumbers();

  public LayerEndpoint(
      Registry registry,
      PresignedUrls urls,
      Conditions conditions,
      Tally tally,
      InstantSource clock) {
    this.registry = registry;
    this.urls = urls;
    this.conditions = conditions;
    this.tally = tally;
    this.clock = clock;
  }

  @Override
  public int longestBody() {
    return 1 << 10;
  }

  @Override
  public void connection(int change) {
    tally.layerConnection(change);
  }

  @Override
  public void answer(Channel channel, FullHttpRequest request) throws IOException {
    boolean head = request.method().equals(HttpMethod.HEAD);
    try {
      if (!head && !request.method().equals(HttpMethod.GET)) {
        throw S3Error.methodNotAllowed(request.method().name());
      }
      Blob blob = blob(layer(request.uri()), request.uri());
      if (head) {
        // The signature covers the method, and the URLs are signed for GET.
        throw S3Error.signatureDoesNotMatch();
      }
      if (!matches(request, HttpHeaderNames.IF_MATCH, blob).orElse(true)) {
        throw S3Error.preconditionFailed("If-Match");
      }
      if (matches(request, HttpHeaderNames.IF_NONE_MATCH, blob).orElse(false)) {
        var _ = channel.write(notModified(blob));
        var _ = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        return;
      }
      Optional<ByteRange> asked =
          RangeHeader.of(request.headers().get(HttpHeaderNames.RANGE), blob.size());
      get(channel, blob, asked);
    } catch (S3Error error) {
      var _ = channel.writeAndFlush(response(error, head));
    }
  }

  private PresignedUrls.SignedLayer layer(String uri) {
    try {
      return urls.check(uri);
    } catch (S3Error error) {
      tally.refused();
      throw error;
    }
  }

  private Blob blob(PresignedUrls.SignedLayer layer, String uri) throws IOException {
    var repository = registry.find(layer.repository());
    Optional<Blob> blob =
        repository.isEmpty() ? Optional.empty() : repository.get().layer(layer.digest());
    return blob.orElseThrow(() -> S3Error.noSuchKey(path(uri)));
  }

  private static String path(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  private void get(Channel channel, Blob blob, Optional<ByteRange> asked) throws IOException {
    ByteRange whole = new ByteRange(0, blob.size());
    LayerRequest request = numbers.next(blob.digest(), asked.orElse(whole));
    LayerFault fault = conditions.layerFaults().of(request);
    Optional<S3Error> error = error(fault);
    if (error.isPresent()) {
      tally
          .sending(request.number(), blob.digest(), request.range(), error.get().status().code())
          .end();
      throw error.get();
    }
    Optional<ByteRange> answered = fault instanceof LayerFault.WholeBlob ? Optional.empty() : asked;
    HttpResponse response = head(blob, answered);
    if (fault instanceof LayerFault.WrongContentRange && answered.isPresent()) {
      ByteRange later = new ByteRange(answered.get().first() + 1, answered.get().length());
      response.headers().set(HttpHeaderNames.CONTENT_RANGE, contentRange(later, blob.size()));
    }
    BodyPlan plan = BodyPlan.of(answered.orElse(whole), conditions.bandwidthPerConnection(), fault);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, plan.length());
    FileChannel file = FileChannel.open(blob.path());
    Tally.Sending sending =
        tally.sending(request.number(), blob.digest(), request.range(), response.status().code());
    new Transfer(channel, file, plan, sending).start(response, conditions.layerLatency());
  }

  private Optional<S3Error> error(LayerFault fault) {
    return switch (fault) {
      case LayerFault.SlowDown(Duration wait) -> Optional.of(S3Error.slowDown(wait));
      case LayerFault.ServerError() -> Optional.of(S3Error.internalError());
      case LayerFault.ExpiredUrl() -> {
        Instant now = clock.instant();
        Duration lifetime = conditions.urlLifetime();
        yield Optional.of(S3Error.expired(lifetime, now, now));
      }
      default -> Optional.empty();
    };
  }

  /**
   * Whether a conditional header matches the blob's ETag (RFC 9110, 13.1); empty without the
   * header.
   */
  private static Optional<Boolean> matches(FullHttpRequest request, AsciiString header, Blob blob) {
    return Optional.ofNullable(request.headers().get(header))
        .map(
            tags ->
                Stream.of(tags.split(","))
                    .map(String::strip)
                    .anyMatch(tag -> tag.equals("*") || tag.equals(etag(blob))));
  }

  private static String etag(Blob blob) {
    return '"' + blob.digest().hex() + '"';
  }

  private static HttpResponse notModified(Blob blob) {
    HttpResponse response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NOT_MODIFIED);
    common(response.headers(), UUID.randomUUID().toString());
    response.headers().set(HttpHeaderNames.ETAG, etag(blob));
    return response;
  }

  private static HttpResponse head(Blob blob, Optional<ByteRange> range) {
    HttpResponse response =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1,
            range.isPresent() ? HttpResponseStatus.PARTIAL_CONTENT : HttpResponseStatus.OK);
    HttpHeaders headers = response.headers();
    common(headers, UUID.randomUUID().toString());
    headers
        .set(HttpHeaderNames.LAST_MODIFIED, HTTP_DATE.format(blob.written()))
        .set(HttpHeaderNames.ETAG, etag(blob))
        .set(HttpHeaderNames.ACCEPT_RANGES, "bytes")
        .set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream")
        .set(HttpHeaderNames.CONTENT_LENGTH, range.map(ByteRange::length).orElse(blob.size()));
    range.ifPresent(r -> headers.set(HttpHeaderNames.CONTENT_RANGE, contentRange(r, blob.size())));
    return response;
  }

  private static String contentRange(ByteRange range, long size) {
    return "bytes " + range + "/" + size;
  }

  private static FullHttpResponse response(S3Error error, boolean head) {
    String requestId = UUID.randomUUID().toString();
    byte[] xml = error.xml(requestId);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            error.status(),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(xml));
    common(response.headers(), requestId);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/xml")
        .set(HttpHeaderNames.CONTENT_LENGTH, xml.length);
    error
        .retryAfter()
        .ifPresent(seconds -> response.headers().set(HttpHeaderNames.RETRY_AFTER, seconds));
    error
        .contentRange()
        .ifPresent(range -> response.headers().set(HttpHeaderNames.CONTENT_RANGE, range));
    return response;
  }

  private static void common(HttpHeaders headers, String requestId) {
    headers
        .set("x-amz-request-id", requestId)
        .set("x-amz-id-2", "ecr-local")
        .set(HttpHeaderNames.DATE, HTTP_DATE.format(Instant.now()))
        .set(HttpHeaderNames.SERVER, "AmazonS3");
  }
}
