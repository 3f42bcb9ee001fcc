package io.github.ecrcontainerd.ecr.internal.mirror;

import io.github.ecrcontainerd.ecr.internal.api.Redaction;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;

/**
 * A registry that is asked for content before ECR: {@code GET /v2/<name>/blobs/<digest>?ns=<ECR's
 * host>} (OCI distribution specification, "Pulling blobs"; the parameter {@code ns} is
 * containerd's, docs/hosts.md). An address with a path is used as it is, in place of {@code /v2},
 * as with containerd's {@code override_path}. Whatever fails, the caller goes on with the next
 * mirror or with ECR, and the mirror is left alone for a while.
 */
public final class Mirror {
  /** The time limit of an answer. A mirror is near; if it isn't, ECR is as good. */
  public static final Duration PATIENCE = Duration.ofSeconds(3);

  /**
   * A failure within this time is one of the connection, perhaps of a kept one that the mirror has
   * ended, so the request is sent again. A longer one is the mirror's silence.
   */
  private static final Duration QUICK = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

  /** How many digests of wrong content are remembered. */
  private static final int MOST_REJECTED = 1000;

  private final URI address;
  private final SdkHttpClient http;
  private final LongSupplier nanoTime;
  private final Rest rest;
  private final Set<Digest> rejected =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Digest, Boolean> eldest) {
                  return size() > MOST_REJECTED;
                }
              }));

  Mirror(URI address, SdkHttpClient http, LongSupplier nanoTime) {
    this.address = address;
    this.http = http;
    this.nanoTime = nanoTime;
    this.rest = new Rest(nanoTime);
  }

  /**
   * An address of a mirror.
   *
   * @throws IllegalArgumentException if it isn't one
   */
  public static URI checked(URI address) {
    boolean isHttp = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
    if (!isHttp || address.getHost() == null) {
      throw new IllegalArgumentException(
          "Not a mirror: %s (write http://host:port or https://host)"
              .formatted(Redaction.of(address.toString())));
    }
    if (address.getRawUserInfo() != null
        || address.getRawQuery() != null
        || address.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "A mirror's address has no login, query or fragment, but that of %s has: mirrors are asked"
                  .formatted(address.getHost())
              + " without a login");
    }
    return address;
  }

  Optional<MirrorLayer> layer(EcrReference reference, Descriptor layer)
      throws InterruptedException {
    if (!isAsked(layer)) {
      return Optional.empty();
    }
    URI uri = uri(reference, "blobs", layer.digest());
    try {
      HttpExecuteResponse answer = send(SdkHttpMethod.HEAD, uri);
      var _ = bodyOf(answer);
      int status = answer.httpResponse().statusCode();
      Optional<String> length = answer.httpResponse().firstMatchingHeader("Content-Length");
      if (status == 200 && !length.orElse("" + layer.size()).equals("" + layer.size())) {
        failed(
            "it has %s with a size of %s, but the image says %d"
                .formatted(layer.digest(), length.orElse("?"), layer.size()));
        return Optional.empty();
      }
      boolean ranges =
          answer.httpResponse().firstMatchingHeader("Accept-Ranges").orElse("").equals("bytes");
      return switch (status) {
        case 200 -> found(layer, uri, ranges);
        // Redirects lead to an object storage, and these serve ranges.
        case 301, 302, 303, 307, 308 -> found(layer, uri, true);
        default -> notThere(status);
      };
    } catch (IOException | RuntimeException e) {
      return unreachable(e);
    }
  }

  private Optional<MirrorLayer> found(Descriptor layer, URI uri, boolean ranges) {
    rest.reset();
    return Optional.of(new MirrorLayer(this, layer.digest(), uri, ranges));
  }

  Optional<byte[]> manifest(EcrReference reference, Descriptor manifest)
      throws InterruptedException {
    // The digest of a signed schema 1 manifest is not that of its bytes.
    if (!isAsked(manifest) || MediaTypes.isSchema1(manifest.mediaType())) {
      return Optional.empty();
    }
    try {
      HttpExecuteResponse answer =
          send(SdkHttpMethod.GET, uri(reference, "manifests", manifest.digest()), manifest);
      byte[] content = bodyOf(answer);
      int status = answer.httpResponse().statusCode();
      if (status != 200) {
        return notThere(status);
      }
      if (content.length != manifest.size()
          || !Digest.of(manifest.digest().algorithm(), content).equals(manifest.digest())) {
        rejected(manifest.digest());
        return Optional.empty();
      }
      rest.reset();
      return Optional.of(content);
    } catch (IOException | RuntimeException e) {
      return unreachable(e);
    }
  }

  private boolean isAsked(Descriptor content) {
    return rest.isOver() && !rejected.contains(content.digest());
  }

  private <T> Optional<T> notThere(int status) {
    if (status == 404) {
      rest.reset();
    } else {
      failed("status " + status);
    }
    return Optional.empty();
  }

  private <T> Optional<T> unreachable(Exception e) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while a mirror was asked");
    }
    failed(e.getMessage() == null ? e.getClass().getSimpleName() : Redaction.of(e.getMessage()));
    return Optional.empty();
  }

  /** The mirror failed, so it is left alone for a while. */
  void failed(String reason) {
    Duration pause = rest.begin();
    if (!pause.isZero()) {
      LOG.warn("The mirror {} is not used for {} s: {}", address, pause.toSeconds(), reason);
    }
  }

  /** The mirror has other content than that of this digest. It isn't asked for it again. */
  void rejected(Digest digest) {
    rejected.add(digest);
    failed("what it has as %s is something else".formatted(digest));
  }

  private URI uri(EcrReference reference, String kind, Digest digest) {
    String path = address.getRawPath();
    String base = path == null || path.isEmpty() || path.equals("/") ? "/v2" : path;
    return URI.create(
        "%s://%s%s/%s/%s/%s?ns=%s"
            .formatted(
                address.getScheme(),
                address.getRawAuthority(),
                base.endsWith("/") ? base.substring(0, base.length() - 1) : base,
                reference.repository(),
                kind,
                digest,
                reference.registry()));
  }

  private HttpExecuteResponse send(SdkHttpMethod method, URI uri) throws IOException {
    return send(
        SdkHttpFullRequest.builder().method(method).uri(uri).putHeader("Accept", "*/*"), uri);
  }

  private HttpExecuteResponse send(SdkHttpMethod method, URI uri, Descriptor document)
      throws IOException {
    return send(
        SdkHttpFullRequest.builder()
            .method(method)
            .uri(uri)
            .putHeader("Accept", document.mediaType()),
        uri);
  }

  private HttpExecuteResponse send(SdkHttpFullRequest.Builder request, URI uri) throws IOException {
    HttpExecuteRequest sent =
        HttpExecuteRequest.builder()
            .request(request.putHeader("Host", uri.getRawAuthority()).build())
            .build();
    long begun = nanoTime.getAsLong();
    try {
      return http.prepareRequest(sent).call();
    } catch (IOException e) {
      if (nanoTime.getAsLong() - begun > QUICK.toNanos()) {
        throw e;
      }
      return http.prepareRequest(sent).call();
    }
  }

  private static byte[] bodyOf(HttpExecuteResponse answer) throws IOException {
    Optional<AbortableInputStream> body = answer.responseBody();
    if (body.isEmpty()) {
      return new byte[0];
    }
    try (InputStream content = body.get()) {
      return content.readAllBytes();
    }
  }
}
