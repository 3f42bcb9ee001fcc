package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.internal.scope.Step;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.Resolver;
import java.util.function.Supplier;

/**
 * An image in a registry, by the user's reference. The canonical name can't replace the reference,
 * because it doesn't include the kind of endpoint to call.
 *
 * @param reference the reference as text
 * @param resolve resolves the reference in the registry
 * @param fetcher reads its repository
 * @param pusher writes its repository
 */
public record RemoteImage(
    String reference,
    Step<Resolution> resolve,
    Supplier<Fetcher> fetcher,
    Supplier<Pusher> pusher) {

  /** Returns the image of a reference in a form that the resolver understands. */
  public static RemoteImage of(String reference, Resolver resolver) {
    return new RemoteImage(
        reference,
        () -> resolver.resolve(reference),
        () -> resolver.fetcher(reference),
        () -> resolver.pusher(reference));
  }

  /** Returns the image of a parsed reference. */
  public static RemoteImage of(EcrReference reference, Resolver resolver) {
    return new RemoteImage(
        reference.toString(),
        () -> resolver.resolve(reference),
        () -> resolver.fetcher(reference),
        () -> resolver.pusher(reference));
  }
}
