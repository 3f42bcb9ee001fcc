package io.github.ecrcontainerd.ecr.internal.upload;

import io.github.ecrcontainerd.ecr.internal.api.EcrAuthScheme;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.services.ecr.EcrAsyncClientBuilder;

/**
 * Inserts layer parts into the calls that have {@link #PART}, after the SDK's JSON writer. The
 * writer would hold a part several times while it encodes it as Base64: 117 MiB for a part of 20
 * MiB.
 */
public final class PartBodies implements ExecutionInterceptor {
  /** The part to insert into a call of UploadLayerPart that has an empty blob. */
  static final ExecutionAttribute<LayerPart> PART = new ExecutionAttribute<>("LayerPart");

  private static final String CONTENT_LENGTH = "Content-Length";

  private PartBodies() {}

  /** Configures a client for such calls. */
  public static void configure(EcrAsyncClientBuilder client) {
    client.overrideConfiguration(
        client.overrideConfiguration().toBuilder()
            .addExecutionInterceptor(new PartBodies())
            .build());
    client.putAuthScheme(new EcrAuthScheme(new PartSigner(AwsV4HttpSigner.create())));
  }

  @Override
  public Optional<AsyncRequestBody> modifyAsyncHttpContent(
      Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
    LayerPart part = attributes.getAttribute(PART);
    if (part == null) {
      return context.asyncRequestBody();
    }
    return Optional.of(new PartBody(textOf(context.requestBody().orElseThrow()), part));
  }

  @Override
  public SdkHttpRequest modifyHttpRequest(
      Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
    SdkHttpRequest request = context.httpRequest();
    LayerPart part = attributes.getAttribute(PART);
    if (part == null) {
      return request;
    }
    long rest = Long.parseLong(request.firstMatchingHeader(CONTENT_LENGTH).orElseThrow());
    return request.toBuilder()
        .putHeader(CONTENT_LENGTH, Long.toString(rest + PartBody.encodedLength(part)))
        .build();
  }

  private static String textOf(RequestBody body) {
    try (InputStream in = body.contentStreamProvider().newStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
