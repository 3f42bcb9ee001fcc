package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.ecr.internal.api.Redaction;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * Where one layer is to be had: its presigned URL, asked for just before the first range and again
 * before one that would meet it expired. For one thread at a time.
 */
final class LayerSource {
  private static final String OPERATION = "GetDownloadUrlForLayer";

  /** A URL that expires sooner than this is not used for another range. */
  private static final Duration NEAR_EXPIRY = Duration.ofSeconds(15);

  private final EcrApi api;
  private final SdkAsyncHttpClient http;
  private final EcrReference reference;
  private final Digest digest;
  private @Nullable LayerUrl url;

  LayerSource(EcrApi api, SdkAsyncHttpClient http, EcrReference reference, Digest digest) {
    this.api = api;
    this.http = http;
    this.reference = reference;
    this.digest = digest;
  }

  /** Sends a request to the layer's URL. */
  CompletableFuture<Void> start(
      BiFunction<SdkAsyncHttpClient, LayerUrl, CompletableFuture<Void>> request)
      throws InterruptedException {
    LayerUrl current = url();
    try {
      return request.apply(http, current);
    } catch (RuntimeException e) {
      // Not as it is: its message may hold the URL.
      throw explain(e);
    }
  }

  private LayerUrl url() throws InterruptedException {
    LayerUrl current = url;
    if (current == null || !current.isValidAt(Instant.now().plus(NEAR_EXPIRY))) {
      current = LayerUrl.of(ask());
      url = current;
    }
    return current;
  }

  private URI ask() throws InterruptedException {
    String answer =
        api.call(
                OPERATION,
                reference,
                digest,
                ecr ->
                    ecr.getDownloadUrlForLayer(
                        request ->
                            request
                                .registryId(reference.account())
                                .repositoryName(reference.repository())
                                .layerDigest(digest.toString())))
            .downloadUrl();
    try {
      URI uri = URI.create(answer);
      if (uri.getRawAuthority() != null
          && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException | NullPointerException malformed) {
      // Told below, without the text: it may hold a signature.
    }
    throw failed(Code.INVALID_CONTENT, "the answer of " + OPERATION + " is no http URL", null);
  }

  /** What the end of a range before its last byte means. */
  ResolverException explain(Throwable cause) {
    Code code =
        switch (cause) {
          case InvalidAnswerException _ -> Code.INVALID_CONTENT;
          case StatusException answer ->
              switch (answer.status()) {
                case 401, 403 -> Code.DENIED;
                case 404 -> Code.NOT_FOUND;
                case 429, 503 -> Code.THROTTLED;
                default -> answer.status() >= 500 ? Code.UNAVAILABLE : Code.REJECTED;
              };
          default -> Code.UNAVAILABLE;
        };
    return failed(
        code, "%s, from %s".formatted(reasonOf(cause), url), Redaction.withoutSecrets(cause));
  }

  private static String reasonOf(Throwable cause) {
    return cause.getMessage() == null
        ? cause.getClass().getSimpleName()
        : Redaction.of(cause.getMessage());
  }

  private ResolverException failed(Code code, String reason, @Nullable Throwable cause) {
    return new ResolverException(
        code,
        "GetLayer",
        reference.toString(),
        digest,
        "Download of %s in %s failed: %s".formatted(digest, reference, reason),
        cause);
  }
}
