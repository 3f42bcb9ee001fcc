package io.github.ecrcontainerd.ecr.internal.mirror;

import io.github.ecrcontainerd.ecr.internal.api.Redaction;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import java.net.URI;

/**
 * Where a mirror is, and the URLs of what it has: {@code /v2/<name>/blobs/<digest>?ns=<ECR's host>}
 * (OCI distribution specification, "Pulling blobs"; the parameter {@code ns} is containerd's,
 * docs/hosts.md). An address with a path is used as it is, in place of {@code /v2}, as with
 * containerd's {@code override_path}.
 *
 * @param uri an address that {@link #checked} accepts
 */
record MirrorAddress(URI uri) {

  /**
   * Checks an address.
   *
   * @throws IllegalArgumentException if it isn't one of a mirror
   */
  static URI checked(URI address) {
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

  URI blob(EcrReference reference, Digest digest) {
    return content(reference, "blobs", digest);
  }

  URI manifest(EcrReference reference, Digest digest) {
    return content(reference, "manifests", digest);
  }

  private URI content(EcrReference reference, String kind, Digest digest) {
    return URI.create(
        "%s://%s%s/%s/%s/%s?ns=%s"
            .formatted(
                uri.getScheme(),
                uri.getRawAuthority(),
                root(),
                reference.repository(),
                kind,
                digest,
                reference.registry()));
  }

  private String root() {
    String path = uri.getRawPath();
    if (path == null || path.isEmpty() || path.equals("/")) {
      return "/v2";
    }
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  @Override
  public String toString() {
    return uri.toString();
  }
}
