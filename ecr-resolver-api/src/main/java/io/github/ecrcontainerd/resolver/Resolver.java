package io.github.ecrcontainerd.resolver;

/**
 * A registry: resolves references, and opens fetchers and pushers.
 *
 * <pre>{@code
 * try (Resolver resolver = EcrResolver.create()) {
 *   Resolution image = resolver.resolve(reference);
 *   try (InputStream layer = resolver.fetcher(reference).fetch(descriptor).asInputStream()) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>Each call takes a reference as text, in any form that the registry accepts, or as an {@link
 * EcrReference}. An {@code EcrReference} also holds the kind of endpoint to call (FIPS,
 * dual-stack), which its canonical text can't express.
 *
 * <p>Safe for use by several threads at once. The code that opens a resolver closes it, after
 * everything that was opened through it.
 */
public interface Resolver extends AutoCloseable {

  /**
   * Resolves a reference: asks the registry which manifest or index it names.
   *
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if the registry has no such image, or the request fails
   * @throws InterruptedException if the thread is interrupted while it waits for the registry
   */
  Resolution resolve(String reference) throws InterruptedException;

  /**
   * Resolves a reference that is already parsed. The default implementation resolves its canonical
   * text. A resolver that calls different kinds of endpoints overrides this method.
   *
   * @throws ResolverException if the registry has no such image, or the request fails
   * @throws InterruptedException if the thread is interrupted while it waits for the registry
   */
  default Resolution resolve(EcrReference reference) throws InterruptedException {
    return resolve(reference.toString());
  }

  /**
   * Returns a fetcher for the reference's repository. Sends no request yet.
   *
   * @throws IllegalArgumentException if the reference is malformed
   */
  Fetcher fetcher(String reference);

  /** The same for a reference that is already parsed; see {@link #resolve(EcrReference)}. */
  default Fetcher fetcher(EcrReference reference) {
    return fetcher(reference.toString());
  }

  /**
   * Returns a pusher for the reference's repository. Sends no request yet.
   *
   * @throws IllegalArgumentException if the reference is malformed
   */
  Pusher pusher(String reference);

  /** The same for a reference that is already parsed; see {@link #resolve(EcrReference)}. */
  default Pusher pusher(EcrReference reference) {
    return pusher(reference.toString());
  }

  /** Releases connections and memory. Calls in progress fail. A second call does nothing. */
  @Override
  void close();
}
