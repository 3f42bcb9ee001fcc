package io.github.ecrcontainerd.containerd.internal.scope;

/**
 * Blocking work with a result.
 *
 * @param <T> the result
 */
@FunctionalInterface
public interface Step<T> {
  T run() throws InterruptedException;
}
