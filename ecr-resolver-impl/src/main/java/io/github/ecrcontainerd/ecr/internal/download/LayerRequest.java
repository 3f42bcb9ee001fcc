package io.github.ecrcontainerd.ecr.internal.download;

import java.net.URI;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * A GET of a presigned URL. The SDK's own request rebuilds the URL on every call, through a cache
 * that keeps it with its query and logs it at level trace.
 */
final class LayerRequest implements SdkHttpRequest {
  private final URI uri;
  private final SdkHttpRequest request;

  LayerRequest(URI uri, SdkHttpRequest request) {
    this.uri = uri;
    this.request = request;
  }

  @Override
  public URI getUri() {
    return uri;
  }

  @Override
  public String protocol() {
    return request.protocol();
  }

  @Override
  public String host() {
    return request.host();
  }

  @Override
  public int port() {
    return request.port();
  }

  @Override
  public String encodedPath() {
    return request.encodedPath();
  }

  @Override
  public Map<String, List<String>> rawQueryParameters() {
    return request.rawQueryParameters();
  }

  @Override
  public SdkHttpMethod method() {
    return request.method();
  }

  @Override
  public Map<String, List<String>> headers() {
    return request.headers();
  }

  @Override
  public SdkHttpRequest.Builder toBuilder() {
    return request.toBuilder();
  }

  /** The method and the URL without its query. */
  @Override
  public String toString() {
    return method() + " " + protocol() + "://" + host() + ":" + port() + encodedPath();
  }
}
