package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.local.count.Tally;
import io.github.ecrcontainerd.local.http.BrokenBody;
import io.github.ecrcontainerd.local.http.Endpoint;
import io.github.ecrcontainerd.local.layers.PresignedUrls;
import io.github.ecrcontainerd.local.store.Registry;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import java.net.URI;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ECR's API over HTTP: AWS's JSON 1.1 protocol. */
public final class ApiEndpoint implements Endpoint {
  private static final Logger LOG = LoggerFactory.getLogger(ApiEndpoint.class);

  private static final String TARGET_HEADER = "X-Amz-Target";
  private static final String CONTENT_TYPE = "application/x-amz-json-1.1";
  private static final String TARGET = "AmazonEC2ContainerRegistry_V20150921.";

  /** The scope of a Signature Version 4: access key, day, region, service. */
  private static final Pattern SCOPE =
      Pattern.compile("Credential=[^/,]+/[0-9]{8}/([a-z0-9-]+)/[a-z0-9.-]+/aws4_request");

  private static final String DEFAULT_REGION = "us-east-1";

  private static final AttributeKey<Queue<Begun>> BEGUN =
      AttributeKey.valueOf(ApiEndpoint.class, "begun");

  /** A request whose head has arrived. The complete request later has the same headers object. */
  private record Begun(HttpHeaders headers, ApiFault fault) {}

  private final EcrApi api;
  private final Tally tally;
  private final SignatureAge age;

  public ApiEndpoint(
      Registry registry,
      PresignedUrls urls,
      URI layerEndpoint,
      Conditions conditions,
      Tally tally,
      InstantSource clock) {
    this.api = new EcrApi(registry, urls, layerEndpoint, conditions, tally, clock);
    this.tally = tally;
    this.age = new SignatureAge(clock);
  }

  @Override
  public int longestBody() {
    return EcrApi.LONGEST_BODY;
  }

  @Override
  public void connection(int change) {
    tally.apiConnection(change);
  }

  /** The fault is chosen once, when the head has arrived, because it may affect the body. */
  @Override
  public Optional<BrokenBody> arriving(Channel channel, HttpRequest head) {
    ApiFault fault = begin(head);
    begun(channel).add(new Begun(head.headers(), fault));
    return switch (fault) {
      case ApiFault.ResetAfter(long bytes) -> Optional.of(new BrokenBody(bytes, true));
      case ApiFault.StallAfter(long bytes) -> Optional.of(new BrokenBody(bytes, false));
      default -> Optional.empty();
    };
  }

  private ApiFault begin(HttpRequest head) {
    try {
      region(head);
      return api.begin(operation(head));
    } catch (EcrError e) {
      // The answer reports it, when the whole request has arrived.
      return ApiFault.none();
    }
  }

  /** The unanswered requests of a connection, in order. */
  private static Queue<Begun> begun(Channel channel) {
    Attribute<Queue<Begun>> attribute = channel.attr(BEGUN);
    attribute.setIfAbsent(new ConcurrentLinkedQueue<>());
    return attribute.get();
  }

  /** The fault of a request. Earlier requests in the queue were too long to be answered. */
  @SuppressWarnings("ReferenceEquality") // Two requests may have equal headers.
  private static ApiFault fault(Channel channel, FullHttpRequest request) {
    Begun begun = begun(channel).remove();
    while (begun.headers != request.headers()) {
      begun = begun(channel).remove();
    }
    return begun.fault;
  }

  @Override
  public void answer(Channel channel, FullHttpRequest request) {
    ApiFault fault = fault(channel, request);
    try {
      Operation operation = operation(request);
      Call call = new Call(region(request), fault);
      age.check(request.headers());
      Record answer = api.answer(operation, call, ByteBufUtil.getBytes(request.content()));
      if (fault instanceof ApiFault.AnswerLost) {
        var _ = channel.close();
        return;
      }
      var _ =
          channel.writeAndFlush(
              response(HttpResponseStatus.OK, Json.MAPPER.writeValueAsBytes(answer)));
    } catch (EcrError error) {
      var _ = channel.writeAndFlush(response(error));
    } catch (RuntimeException e) {
      // A defect of this server. The answer tells the caller that the request is not the cause.
      LOG.error("A call of {} could not be answered", request.headers().get(TARGET_HEADER), e);
      var _ =
          channel.writeAndFlush(
              response(new EcrError(500, "InternalFailure", "See ecr-local's log", Map.of())));
    }
  }

  private static Operation operation(HttpRequest request) {
    @Nullable String target = request.headers().get(TARGET_HEADER);
    @Nullable String contentType = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
    if (!request.method().equals(HttpMethod.POST)
        || target == null
        || !target.startsWith(TARGET)
        || contentType == null
        || !contentType.startsWith(CONTENT_TYPE)) {
      throw unknownOperation("This is no call of Amazon ECR's API");
    }
    String label = target.substring(TARGET.length());
    return Operation.of(label)
        .orElseThrow(() -> unknownOperation("The operation is not served here"));
  }

  private static EcrError unknownOperation(String message) {
    return new EcrError("UnknownOperationException", message);
  }

  /** The region of a signature, which is not verified. */
  private static String region(HttpRequest request) {
    @Nullable String authorization = request.headers().get(HttpHeaderNames.AUTHORIZATION);
    if (authorization == null || authorization.isBlank()) {
      throw new EcrError("MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    Matcher scope = SCOPE.matcher(authorization);
    return scope.find() ? scope.group(1) : DEFAULT_REGION;
  }

  private FullHttpResponse response(EcrError error) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("__type", error.type());
    body.put("message", String.valueOf(error.getMessage()));
    body.putAll(error.members());
    FullHttpResponse response =
        response(HttpResponseStatus.valueOf(error.status()), Json.MAPPER.writeValueAsBytes(body));
    response.headers().set("x-amzn-ErrorType", error.type());
    return response;
  }

  private FullHttpResponse response(HttpResponseStatus status, byte[] body) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, CONTENT_TYPE)
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        // Clients with a clock that is wrong learn the time from it.
        .set(HttpHeaderNames.DATE, age.date())
        .set("x-amzn-RequestId", UUID.randomUUID().toString());
    return response;
  }
}
