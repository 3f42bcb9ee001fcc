package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.internal.scope.Step;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.Resolver;
import java.util.function.Supplier;

/**
 * An image in a registry, by the reference that the user gave. The canonical name that it resolves
 * to can't take the place of the reference: it doesn't say which kind of endpoint to call.
 *
 * @param reference as it was written, or would be
 * @param resolve asks the registry what it names
 * @param fetcher reads its repository
 * @param pusher writes its repository
 */
public record RemoteImage(
    String reference,
    Step<Resolution> resolve,
    Supplier<Fetcher> fetcher,
    Supplier<Pusher> pusher) {

  /** The image of a reference in a form that the resolver reads. */
  public static RemoteImage of(String reference, Resolver resolver) {
    return new RemoteImage(
        reference,
        () -> resolver.resolve(reference),
        () -> resolver.fetcher(reference),
        () -> resolver.pusher(reference));
  }

  /** The image of a reference that was made in code. */
  public static RemoteImage of(EcrReference reference, Resolver resolver) {
    return new RemoteImage(
        reference.toString(),
        () -> resolver.resolve(reference),
        () -> resolver.fetcher(reference),
        () -> resolver.pusher(reference));
  }
}
