package io.github.ecrcontainerd.ecr.internal.download;

import java.io.IOException;

/** A mirror failed, so the rest of the layer is requested from ECR, without a pause. */
final class MirrorException extends IOException {
  private static final long serialVersionUID = 1L;

  MirrorException(Throwable cause) {
    super("a mirror failed: " + LayerSource.reasonOf(cause), cause);
  }
}
