package io.github.ecrcontainerd.resolver;

/**
 * A registry, as everything that moves images sees it: what a reference names, and a way to read
 * and to write there.
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
 * <p>Each call takes a reference as text, in any form that the registry has for it, or as an {@link
 * EcrReference}: that also holds the kind of endpoint to call (FIPS, dual-stack), which its
 * canonical text can't say.
 *
 * <p>Safe for use by several threads at once. A resolver is closed by its opener, after all that
 * was opened through it.
 */
public interface Resolver extends AutoCloseable {

  /**
   * Asks the registry what a reference names.
   *
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if the registry has no such image, or can't be asked
   * @throws InterruptedException if the thread is interrupted while it waits for the registry
   */
  Resolution resolve(String reference) throws InterruptedException;

  /**
   * The same for a reference that was read or made before. By default it is resolved by its
   * canonical text; a resolver that calls different kinds of endpoints overrides this.
   *
   * @throws ResolverException if the registry has no such image, or can't be asked
   * @throws InterruptedException if the thread is interrupted while it waits for the registry
   */
  default Resolution resolve(EcrReference reference) throws InterruptedException {
    return resolve(reference.toString());
  }

  /**
   * A reader of what is in the reference's repository. Asks nothing of the registry yet.
   *
   * @throws IllegalArgumentException if the reference is malformed
   */
  Fetcher fetcher(String reference);

  /** The same for a reference that was read or made before; see {@link #resolve(EcrReference)}. */
  default Fetcher fetcher(EcrReference reference) {
    return fetcher(reference.toString());
  }

  /**
   * A writer into the reference's repository. Asks nothing of the registry yet.
   *
   * @throws IllegalArgumentException if the reference is malformed
   */
  Pusher pusher(String reference);

  /** The same for a reference that was read or made before; see {@link #resolve(EcrReference)}. */
  default Pusher pusher(EcrReference reference) {
    return pusher(reference.toString());
  }

  /**
   * Gives back connections and memory. Calls that are under way fail. A second call does nothing.
   */
  @Override
  void close();
}
