package io.github.ecrcontainerd.telemetry;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContentListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.containerd.RegistryCopy;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Resolver;
import io.github.ecrcontainerd.resolver.TransferListener;

/**
 * Observes pulls, pushes and copies. Its methods do what the methods of the same name of {@link
 * ContainerdClient} and {@link RegistryCopy} do, with the same results and errors, and record each
 * call. A listener that the options have is told as usual.
 *
 * <pre>{@code
 * EcrTelemetry telemetry = EcrOpenTelemetry.create(openTelemetry);
 * try (EcrResolver resolver = EcrResolver.builder().listener(telemetry.resolverListener()).build();
 *     ContainerdClient containerd = ContainerdClient.connect()) {
 *   telemetry.pull(containerd, reference, resolver, PullOptions.defaults());
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads at once.
 */
public final class EcrTelemetry {
  private final Telemetry telemetry;

  EcrTelemetry(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  /**
   * Records retries, hedges, renewed URLs and throttled calls. Give it to the resolver's builder;
   * without it these are not recorded. One listener serves any number of resolvers.
   */
  public TransferListener resolverListener() {
    return telemetry.resolverListener();
  }

  /**
   * Pulls an image: {@link ContainerdClient#pull(String, Resolver, PullOptions)}.
   *
   * @param reference the image, in a form that {@link EcrReference#of} reads
   * @throws IllegalArgumentException if the reference is malformed; this is not recorded
   */
  public Image pull(
      ContainerdClient containerd, String reference, Resolver resolver, PullOptions options)
      throws InterruptedException {
    EcrReference image = EcrReference.of(reference);
    return observe(
        Operation.PULL,
        image,
        options.listener(),
        listener ->
            containerd.pull(image, resolver, options.toBuilder().listener(listener).build()));
  }

  /**
   * Pushes an image: {@link ContainerdClient#push(String, Descriptor, Resolver, PushOptions)}.
   *
   * @param reference where it is to be, in a form that {@link EcrReference#of} reads
   * @throws IllegalArgumentException if the reference is malformed; this is not recorded
   */
  public Descriptor push(
      ContainerdClient containerd,
      String reference,
      Descriptor root,
      Resolver resolver,
      PushOptions options)
      throws InterruptedException {
    EcrReference image = EcrReference.of(reference);
    return observe(
        Operation.PUSH,
        image,
        options.listener(),
        listener ->
            containerd.push(image, root, resolver, options.toBuilder().listener(listener).build()));
  }

  /**
   * Copies an image: {@link RegistryCopy#run(String, String, PushOptions)}. Spans and metrics are
   * those of the destination.
   *
   * @param from the image, in a form that {@link EcrReference#of} reads
   * @param to where it is to be, in such a form too
   * @throws IllegalArgumentException if a reference is malformed; this is not recorded
   */
  public Descriptor copy(RegistryCopy copy, String from, String to, PushOptions options)
      throws InterruptedException {
    EcrReference source = EcrReference.of(from);
    EcrReference destination = EcrReference.of(to);
    return observe(
        Operation.COPY,
        destination,
        options.listener(),
        listener -> copy.run(source, destination, options.toBuilder().listener(listener).build()));
  }

  /** A call that is observed. */
  @FunctionalInterface
  private interface Call<T> {
    T with(ListenerChain listener) throws InterruptedException;
  }

  private <T> T observe(
      Operation operation, EcrReference image, ContentListener listener, Call<T> call)
      throws InterruptedException {
    OperationObserver observer = telemetry.begin(operation, image);
    T result;
    try {
      result = call.with(new ListenerChain(observer, listener));
    } catch (InterruptedException | RuntimeException | Error e) {
      observer.failed(e);
      throw e;
    }
    observer.succeeded();
    return result;
  }
}
