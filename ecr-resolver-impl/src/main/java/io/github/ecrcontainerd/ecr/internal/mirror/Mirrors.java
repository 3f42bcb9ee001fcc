package io.github.ecrcontainerd.ecr.internal.mirror;

import io.github.ecrcontainerd.ecr.internal.http.BlockingHttpClient;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/** The mirrors of one resolver, in the order in which they are asked. Safe for several threads. */
public final class Mirrors {
  private final List<Mirror> mirrors;

  /**
   * @param addresses addresses that {@link Mirror#checked} accepts
   * @param http an HTTP client; its owner closes it
   * @param largestManifest how many bytes a manifest may have
   */
  public Mirrors(List<URI> addresses, SdkAsyncHttpClient http, int largestManifest) {
    this(
        addresses,
        BlockingHttpClient.over(http, Mirror.PATIENCE, largestManifest),
        System::nanoTime);
  }

  /**
   * The same with another client and clock.
   *
   * @param http a client whose calls have a time limit
   * @param nanoTime as {@link System#nanoTime}
   */
  public Mirrors(List<URI> addresses, SdkHttpClient http, LongSupplier nanoTime) {
    this.mirrors = addresses.stream().map(address -> new Mirror(address, http, nanoTime)).toList();
  }

  /** The first mirror that has a layer. */
  public Optional<MirrorLayer> layer(EcrReference reference, Descriptor layer)
      throws InterruptedException {
    for (Mirror mirror : mirrors) {
      Optional<MirrorLayer> found = mirror.layer(reference, layer);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** The bytes of a manifest or index from the first mirror that has it, with the right digest. */
  public Optional<byte[]> manifest(EcrReference reference, Descriptor manifest)
      throws InterruptedException {
    for (Mirror mirror : mirrors) {
      Optional<byte[]> found = mirror.manifest(reference, manifest);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }
}
