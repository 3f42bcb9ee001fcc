package io.github.ecrcontainerd.ecr.internal.mirror;

import io.github.ecrcontainerd.resolver.Digest;
import java.net.URI;

/** A layer that a mirror has. */
public final class MirrorLayer {
  private final Standing mirror;
  private final Digest digest;
  private final URI uri;
  private final boolean ranges;

  MirrorLayer(Standing mirror, Digest digest, URI uri, boolean ranges) {
    this.mirror = mirror;
    this.digest = digest;
    this.uri = uri;
    this.ranges = ranges;
  }

  /** Where it is. */
  public URI uri() {
    return uri;
  }

  /** Whether the mirror serves ranges of it. */
  public boolean ranges() {
    return ranges;
  }

  /** A request failed, so the mirror is left alone for a while. */
  public void failed(String reason) {
    mirror.failed(reason);
  }

  /** The mirror's bytes don't have the layer's digest, so it isn't asked for them again. */
  public void rejected() {
    mirror.rejected(digest);
  }
}
