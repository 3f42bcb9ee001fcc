package io.github.ecrcontainerd.ecr.internal.mirror;

import io.github.ecrcontainerd.ecr.internal.api.Redaction;
import io.github.ecrcontainerd.ecr.internal.mirror.MirrorRequests.Answer;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * A registry that is asked for content before ECR. Whatever fails, the caller goes on with the next
 * mirror or with ECR, and the mirror is left alone for a while.
 */
public final class Mirror {
  /** The time limit of an answer. A mirror is near; if it isn't, ECR is as good. */
  public static final Duration PATIENCE = Duration.ofSeconds(3);

  /**
   * How often a request is sent again after its connection failed at once. The client keeps
   * connections, and a server that ends each after its answer leaves several that fail.
   */
  public static final int MAX_REPEATS = 4;

  private final MirrorAddress address;
  private final MirrorRequests requests;
  private final Standing standing;

  Mirror(URI address, SdkHttpClient http, LongSupplier nanoTime) {
    this.address = new MirrorAddress(address);
    this.requests = new MirrorRequests(http, nanoTime);
    this.standing = new Standing(this.address, nanoTime);
  }

  /**
   * An address of a mirror.
   *
   * @throws IllegalArgumentException if it isn't one
   */
  public static URI checked(URI address) {
    return MirrorAddress.checked(address);
  }

  Optional<MirrorLayer> layer(EcrReference reference, Descriptor layer)
      throws InterruptedException {
    if (!standing.isGoodFor(layer.digest())) {
      return Optional.empty();
    }
    URI uri = address.blob(reference, layer.digest());
    Answer answer;
    try {
      answer = requests.head(uri);
    } catch (IOException | RuntimeException e) {
      return unreachable(e);
    }
    // Redirects lead to an object storage, and these serve ranges.
    if (answer.isRedirect()) {
      return found(layer, uri, true);
    }
    if (answer.status() != 200) {
      return notThere(answer.status());
    }
    String size = Long.toString(layer.size());
    String told = answer.length().orElse(size);
    if (!told.equals(size)) {
      standing.failed(
          "it has %s with a size of %s, but the image says %s"
              .formatted(layer.digest(), Redaction.of(told), size));
      return Optional.empty();
    }
    return found(layer, uri, answer.ranges());
  }

  private Optional<MirrorLayer> found(Descriptor layer, URI uri, boolean ranges) {
    standing.worked();
    return Optional.of(new MirrorLayer(standing, layer.digest(), uri, ranges));
  }

  Optional<byte[]> manifest(EcrReference reference, Descriptor manifest)
      throws InterruptedException {
    // The digest of a signed schema 1 manifest is not that of its bytes.
    if (!standing.isGoodFor(manifest.digest()) || MediaTypes.isSchema1(manifest.mediaType())) {
      return Optional.empty();
    }
    Answer answer;
    try {
      answer = requests.get(address.manifest(reference, manifest.digest()), manifest.mediaType());
    } catch (IOException | RuntimeException e) {
      return unreachable(e);
    }
    if (answer.status() != 200) {
      return notThere(answer.status());
    }
    if (answer.body().length != manifest.size()
        || !Digest.of(manifest.digest().algorithm(), answer.body()).equals(manifest.digest())) {
      standing.rejected(manifest.digest());
      return Optional.empty();
    }
    standing.worked();
    return Optional.of(answer.body());
  }

  private <T> Optional<T> notThere(int status) {
    if (status == 404) {
      standing.worked();
    } else {
      standing.failed("status " + status);
    }
    return Optional.empty();
  }

  private <T> Optional<T> unreachable(Exception e) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while a mirror was asked");
    }
    standing.failed(
        e.getMessage() == null ? e.getClass().getSimpleName() : Redaction.of(e.getMessage()));
    return Optional.empty();
  }
}
