package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.containerd.container.ContainerOptions;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.internal.DefaultContainerdClient;
import io.github.ecrcontainerd.containerd.internal.transport.Transport;
import io.github.ecrcontainerd.containerd.internal.transport.TrustedTransport;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.task.ExitStatus;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.Resolver;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A containerd, over its unix socket.
 *
 * <pre>{@code
 * try (Resolver resolver = EcrResolver.create();
 *     ContainerdClient containerd = ContainerdClient.connect()) {
 *   Image image =
 *       containerd.pull("123456789012.dkr.ecr.us-west-2.amazonaws.com/app:1.4", resolver);
 *   containerd.push(
 *       "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1.4", image.target(), resolver);
 * }
 * }</pre>
 *
 * <p>The client begins to connect when it is made, and the first call waits for that; it connects
 * again when the connection was lost, so that one client lasts longer than a daemon. Safe for use
 * by several threads at once. Its own threads keep no JVM alive.
 *
 * <p>It is an interface so that an application can put another one in its place in tests.
 */
public interface ContainerdClient extends ContainerdServices, AutoCloseable {

  /**
   * A client of the containerd that the environment names, as for containerd's own programs: {@code
   * CONTAINERD_ADDRESS} is its socket, with or without {@code unix://}, {@code
   * CONTAINERD_NAMESPACE} the namespace ({@code default} by default).
   *
   * <p>Where no address is set it is {@code /run/containerd/containerd.sock}; for another user than
   * root that of the user's rootless containerd, if there is one: {@code
   * containerd/containerd.sock} in {@code XDG_RUNTIME_DIR}, or the usual one as RootlessKit's child
   * sees it, whose process {@code containerd-rootless/child_pid} there names.
   *
   * @throws IllegalArgumentException if a variable is set to what can't be an address or a
   *     namespace
   */
  static ContainerdClient connect() {
    return builder().build();
  }

  /** The same, to be changed. */
  static Builder builder() {
    return new Builder(System.getenv());
  }

  /**
   * Pulls an image with every option at its default: {@link #pull(String, Resolver, PullOptions)}.
   */
  default Image pull(String reference, Resolver resolver) throws InterruptedException {
    return pull(reference, resolver, PullOptions.defaults());
  }

  /**
   * Pulls an image: finds it, brings what the content store doesn't have, unpacks it and keeps it
   * under its names. Nothing of it is kept where that fails, but bytes of layers that have come
   * stay for a day, and the next pull resumes there.
   *
   * @param reference the image, in a form that the resolver understands
   * @param resolver finds and reads it; stays the caller's to close
   * @return the image record of its canonical name, or of its first name where it has none
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if the registry doesn't have it, or can't be asked
   * @throws ImageException if the image is malformed, damaged, or not for the platform
   * @throws ContainerdException if the daemon can't do it, or can't be asked
   * @throws InterruptedException if the thread is interrupted: the pull ends as after an error
   */
  Image pull(String reference, Resolver resolver, PullOptions options) throws InterruptedException;

  /**
   * The same by a reference that was made in code: {@link #pull(String, Resolver, PullOptions)}.
   */
  Image pull(EcrReference reference, Resolver resolver, PullOptions options)
      throws InterruptedException;

  /**
   * Pushes an image with every option at its default: {@link #push(String, Descriptor, Resolver,
   * PushOptions)}.
   */
  default Descriptor push(String reference, Descriptor root, Resolver resolver)
      throws InterruptedException {
    return push(reference, root, resolver, PushOptions.defaults());
  }

  /**
   * Pushes an image: asks which of its blobs the registry lacks, uploads those, then puts its
   * manifests and indexes as they are, the root last and under the reference's tag. Where that
   * fails the tag names what it named before; blobs that have come stay, and the next push goes on
   * without them.
   *
   * @param reference where it is to be, in a form that the resolver understands
   * @param root the manifest or index in the content store: {@link Image#target()}
   * @param resolver writes it; stays the caller's to close
   * @return what the reference names now: the root, or the manifest of the options' platform
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if the registry refuses it or can't be asked, with {@link
   *     ResolverException.Code#CONFLICT} if the tag is immutable and names another image, or the
   *     reference names another digest
   * @throws ImageException if the image is malformed or not for the platform, or a part of it is
   *     not in the content store
   * @throws ContainerdException if the daemon can't do it, or can't be asked
   * @throws InterruptedException if the thread is interrupted: the push ends as after an error
   */
  Descriptor push(String reference, Descriptor root, Resolver resolver, PushOptions options)
      throws InterruptedException;

  /**
   * The same by a reference that was made in code: {@link #push(String, Descriptor, Resolver,
   * PushOptions)}.
   */
  Descriptor push(EcrReference reference, Descriptor root, Resolver resolver, PushOptions options)
      throws InterruptedException;

  /**
   * Says what a pull would transfer, and stores nothing. Layers that an earlier pull kept in
   * snapshots alone ({@link PullOptions.Builder#discardLayers}) count as missing.
   *
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if the registry doesn't have it, or can't be asked
   * @throws ImageException if the image is malformed, damaged, not for the platform, or of Docker's
   *     schema 1
   * @throws ContainerdException if the daemon can't be asked
   * @throws InterruptedException if the thread is interrupted
   */
  TransferPlan planPull(String reference, Resolver resolver, PullOptions options)
      throws InterruptedException;

  /**
   * Says what a push would transfer, and stores nothing. Manifests and indexes count as missing: a
   * push puts them in any case.
   *
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if the registry can't be asked, or wouldn't take the image
   * @throws ImageException if the image is malformed or not for the platform, or a part of it is
   *     not in the content store
   * @throws ContainerdException if the daemon can't be asked
   * @throws InterruptedException if the thread is interrupted
   */
  TransferPlan planPush(String reference, Descriptor root, Resolver resolver, PushOptions options)
      throws InterruptedException;

  /**
   * What an image in the content store says of itself for a platform: what it runs, and the chain
   * of snapshots that it stands on.
   *
   * @throws ImageException if it has nothing for the platform, or can't run at all
   * @throws ContainerdException if it is not all there, or the daemon can't be asked
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  ImageConfig config(Image image, Platform platform) throws InterruptedException;

  /**
   * Runs a container of an image that was pulled to its end, and leaves nothing of it: no task,
   * container or snapshot. What runs, and as which user, is what the image and the options say;
   * names of users and groups are those of the image's own files.
   *
   * @return how its program ended
   * @throws ImageException if the image has nothing for the platform, is not unpacked, or doesn't
   *     say clearly what to run and with which rights
   * @throws ContainerdException if it can't be run
   * @throws java.io.UncheckedIOException if a stream doesn't take its output
   * @throws InterruptedException if the thread is interrupted meanwhile; the container is killed
   */
  ExitStatus run(Image image, RunOptions options) throws InterruptedException;

  /**
   * Runs a container of a snapshot to its end, and leaves nothing of it: no task, container or
   * snapshot of its own.
   *
   * @return how its program ended
   * @throws ContainerdException if it can't be run, with {@link ContainerdException.Code#NOT_FOUND}
   *     if there is no such snapshot
   * @throws java.io.UncheckedIOException if a stream doesn't take its output
   * @throws InterruptedException if the thread is interrupted meanwhile; the container is killed
   */
  ExitStatus run(ContainerOptions options) throws InterruptedException;

  /**
   * Who listens on the daemon's socket, asked of the kernel by a connection of its own.
   *
   * @throws ContainerdException if no daemon can be connected to
   */
  Peer peer();

  /** Ends the connection, and all calls that are under way. A second call does nothing. */
  @Override
  void close();

  /** How to reach a containerd. */
  final class Builder {
    private final Map<String, String> environment;
    private @Nullable Path address;
    private @Nullable String namespace;
    private Duration deadline = Duration.ofSeconds(30);
    private @Nullable SocketTransport transport;
    private boolean trustedPeerOnly;

    Builder(Map<String, String> environment) {
      this.environment = environment;
    }

    /**
     * The daemon's socket: a path, with or without {@code unix://}.
     *
     * @throws IllegalArgumentException if it is empty or something else than that
     */
    public Builder address(String socket) {
      this.address = DaemonAddress.parse(socket);
      return this;
    }

    /** The daemon's socket. */
    public Builder address(Path socket) {
      this.address = socket;
      return this;
    }

    private Path address() {
      return address == null ? DaemonAddress.find(environment) : address;
    }

    /**
     * The namespace of all calls; the daemon makes it when something is first put there.
     *
     * @throws IllegalArgumentException if the daemon would not take the name: letters and digits,
     *     with a single {@code .}, {@code _} or {@code -} between them, at most 76
     */
    public Builder namespace(String name) {
      this.namespace = NamespaceName.check(name);
      return this;
    }

    private String namespace() {
      return namespace == null ? NamespaceName.find(environment) : namespace;
    }

    /**
     * How long to wait for the answer to a call, 30 s by default; twice as long for each piece of a
     * blob that is read or written. What takes as long as its content is large has an hour at
     * least: unpacking, committing, collecting. The end of a task has all the time that it takes.
     */
    public Builder deadline(Duration longest) {
      if (!longest.isPositive()) {
        throw new IllegalArgumentException("A deadline is longer than " + longest);
      }
      this.deadline = longest;
      return this;
    }

    /**
     * How to reach the socket. By default the system property {@code ecrcontainerd.transport} says
     * so ({@code ffm}, {@code jdk} or {@code jnr}); without it that is {@link SocketTransport#FFM},
     * or {@link SocketTransport#JDK} with a warning in a JVM that refuses native access.
     */
    public Builder transport(SocketTransport chosen) {
      this.transport = chosen;
      return this;
    }

    /**
     * Whether to refuse a socket that another user listens on than root and the user of this
     * process. Off by default: in a user namespace, root outside of it is another user.
     */
    public Builder trustedPeerOnly(boolean only) {
      this.trustedPeerOnly = only;
      return this;
    }

    private Transport transport() {
      Transport any = TransportChoice.of(transport);
      return trustedPeerOnly ? new TrustedTransport(any) : any;
    }

    /**
     * A client, which may not be connected yet: its first call tells what is wrong.
     *
     * @throws IllegalStateException if the transport that was chosen can't be used in this JVM
     * @throws IllegalArgumentException if the system property names none, or the environment is
     *     asked and wrong: {@link #connect()}
     */
    public ContainerdClient build() {
      return new DefaultContainerdClient(transport(), address(), namespace(), deadline);
    }
  }
}
