package io.github.ecrcontainerd.ecr.internal.mirror;

import io.github.ecrcontainerd.resolver.Digest;
import java.net.URI;

/**
 * A layer that a mirror has.
 *
 * @param mirror the mirror
 * @param digest the layer's digest
 * @param uri where it is
 * @param ranges whether the mirror serves ranges of it
 */
public record MirrorLayer(Mirror mirror, Digest digest, URI uri, boolean ranges) {

  /** A request failed, so the mirror is left alone for a while. */
  public void failed(String reason) {
    mirror.failed(reason);
  }

  /** The mirror's bytes don't have the layer's digest, so it isn't asked for them again. */
  public void rejected() {
    mirror.rejected(digest);
  }
}
