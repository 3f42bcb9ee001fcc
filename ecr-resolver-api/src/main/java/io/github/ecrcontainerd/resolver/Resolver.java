package io.github.ecrcontainerd.resolver;

/**
 * A registry, as everything that moves images sees it: what a reference names, and a way to read
 * and to write there.
 *
 * <pre>{@code
 * try (Resolver resolver = EcrResolver.create()) {
 *   Resolution image = resolver.resolve(reference);
 *   try (BlobReader manifest = resolver.fetcher(reference).fetch(image.target())) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads at once. Whoever opened a resolver closes it; what was opened
 * through it is to be closed before.
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
   * A reader of what is in the reference's repository. Asks nothing of the registry yet.
   *
   * @throws IllegalArgumentException if the reference is malformed
   */
  Fetcher fetcher(String reference);

  /**
   * A writer into the reference's repository. Asks nothing of the registry yet.
   *
   * @throws IllegalArgumentException if the reference is malformed
   */
  Pusher pusher(String reference);

  /** Gives back connections and memory. Calls that are under way fail. */
  @Override
  void close();
}
