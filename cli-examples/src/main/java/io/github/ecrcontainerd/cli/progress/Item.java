package io.github.ecrcontainerd.cli.progress;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaKind;

/**
 * The state of one manifest or blob.
 *
 * @param position how many of its bytes the destination has
 */
record Item(Descriptor content, State state, long position) {
  private static final int SHORT_DIGEST = 12;

  String kind() {
    return MediaKind.of(content).noun();
  }

  String shortDigest() {
    return content.digest().hex().substring(0, SHORT_DIGEST);
  }

  long size() {
    return content.size();
  }
}
