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
 * A client of a containerd daemon, over its unix socket.
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
 * <p>The client starts to connect when it is built, and the first call waits for the connection. It
 * reconnects after a lost connection, so one client survives restarts of the daemon. Safe for use
 * by several threads at once. Its threads don't keep the JVM running.
 *
 * <p>It is an interface so that an application can put another one in its place in tests.
 */
public interface ContainerdClient extends ContainerdServices, AutoCloseable {

  /**
   * Returns a client of the containerd that the environment names, with the variables of
   * containerd's own programs: {@code CONTAINERD_ADDRESS} is the socket, with or without {@code
   * unix://}; {@code CONTAINERD_NAMESPACE} is the namespace, {@code default} by default.
   *
   * <p>The default address is {@code /run/containerd/containerd.sock}. For a user other than root
   * it is the socket of the user's rootless containerd, if there is one: {@code
   * containerd/containerd.sock} in {@code XDG_RUNTIME_DIR}, or the usual path in the mount
   * namespace of RootlessKit's child process, whose ID is in {@code containerd-rootless/child_pid}
   * there.
   *
   * @throws IllegalArgumentException if a variable's value is not a valid address or namespace
   */
  static ContainerdClient connect() {
    return builder().build();
  }

  /** Returns a builder with the same defaults as {@link #connect()}. */
  static Builder builder() {
    return new Builder(System.getenv());
  }

  /** Pulls an image with default options: {@link #pull(String, Resolver, PullOptions)}. */
  default Image pull(String reference, Resolver resolver) throws InterruptedException {
    return pull(reference, resolver, PullOptions.defaults());
  }

  /**
   * Pulls an image: resolves the reference, fetches what the content store lacks, unpacks the
   * layers and creates an image record for each name. A failed pull keeps only the layer bytes that
   * it received, for a day; the next pull resumes from them.
   *
   * @param reference the image, in a form that the resolver understands
   * @param resolver resolves and reads it; the caller closes it
   * @return the image record of its canonical name, or of its first name where it has none
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if the registry doesn't have it, or can't be reached
   * @throws ImageException if the image is malformed, damaged, or not for the platform
   * @throws ContainerdException if a call to the daemon fails
   * @throws InterruptedException if the thread is interrupted: the pull ends as after an error
   */
  Image pull(String reference, Resolver resolver, PullOptions options) throws InterruptedException;

  /** Pulls an image by a parsed reference: {@link #pull(String, Resolver, PullOptions)}. */
  Image pull(EcrReference reference, Resolver resolver, PullOptions options)
      throws InterruptedException;

  /**
   * Pushes an image with default options: {@link #push(String, Descriptor, Resolver, PushOptions)}.
   */
  default Descriptor push(String reference, Descriptor root, Resolver resolver)
      throws InterruptedException {
    return push(reference, root, resolver, PushOptions.defaults());
  }

  /**
   * Pushes an image: uploads the blobs that the registry lacks, then puts the manifests and indexes
   * unchanged, the root last and under the reference's tag. If a push fails, the tag is unchanged.
   * Uploaded blobs stay, and the next push skips them.
   *
   * @param reference the destination, in a form that the resolver understands
   * @param root the manifest or index in the content store: {@link Image#target()}
   * @param resolver writes it; the caller closes it
   * @return what the reference names now: the root, or the manifest of the options' platform
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if the registry refuses it or the request fails, with {@link
   *     ResolverException.Code#CONFLICT} if the tag is immutable and names another image, or the
   *     reference names another digest
   * @throws ImageException if the image is malformed or not for the platform, or a part of it is
   *     not in the content store
   * @throws ContainerdException if a call to the daemon fails
   * @throws InterruptedException if the thread is interrupted: the push ends as after an error
   */
  Descriptor push(String reference, Descriptor root, Resolver resolver, PushOptions options)
      throws InterruptedException;

  /**
   * Pushes an image to a parsed reference: {@link #push(String, Descriptor, Resolver,
   * PushOptions)}.
   */
  Descriptor push(EcrReference reference, Descriptor root, Resolver resolver, PushOptions options)
      throws InterruptedException;

  /**
   * Returns what a pull would transfer, and stores nothing. Layers that an earlier pull kept only
   * as snapshots ({@link PullOptions.Builder#discardLayers}) count as missing.
   *
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if the registry doesn't have it, or can't be reached
   * @throws ImageException if the image is malformed, damaged, not for the platform, or of Docker's
   *     schema 1
   * @throws ContainerdException if the daemon can't be asked
   * @throws InterruptedException if the thread is interrupted
   */
  TransferPlan planPull(String reference, Resolver resolver, PullOptions options)
      throws InterruptedException;

  /**
   * Returns what a push would transfer, and stores nothing. Manifests and indexes count as missing,
   * because a push always puts them.
   *
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if a request to the registry fails, or it would refuse the image
   * @throws ImageException if the image is malformed or not for the platform, or a part of it is
   *     not in the content store
   * @throws ContainerdException if the daemon can't be asked
   * @throws InterruptedException if the thread is interrupted
   */
  TransferPlan planPush(String reference, Descriptor root, Resolver resolver, PushOptions options)
      throws InterruptedException;

  /**
   * Returns the configuration of an image in the content store for a platform: the process that it
   * runs, and the chain IDs of its snapshots.
   *
   * @throws ImageException if it has nothing for the platform, or is not a runnable image
   * @throws ContainerdException if a part of it is missing, or the daemon can't be reached
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  ImageConfig config(Image image, Platform platform) throws InterruptedException;

  /**
   * Runs a container of a pulled image until it exits, then removes its task, container record and
   * snapshot. The image and the options determine the process and its user. User and group names
   * are looked up in the image's own files.
   *
   * @return the exit status of its program
   * @throws ImageException if the image has nothing for the platform, is not unpacked, or doesn't
   *     define its process and user clearly
   * @throws ContainerdException if it can't be run
   * @throws java.io.UncheckedIOException if a stream doesn't take its output
   * @throws InterruptedException if the thread is interrupted meanwhile; the container is killed
   */
  ExitStatus run(Image image, RunOptions options) throws InterruptedException;

  /**
   * Runs a container of a snapshot until it exits, then removes its task, container record and own
   * snapshot.
   *
   * @return the exit status of its program
   * @throws ContainerdException if it can't be run, with {@link ContainerdException.Code#NOT_FOUND}
   *     if there is no such snapshot
   * @throws java.io.UncheckedIOException if a stream doesn't take its output
   * @throws InterruptedException if the thread is interrupted meanwhile; the container is killed
   */
  ExitStatus run(ContainerOptions options) throws InterruptedException;

  /**
   * Returns the process that listens on the daemon's socket, as the kernel reports it. Opens a
   * separate connection.
   *
   * @throws ContainerdException if no daemon can be connected to
   */
  Peer peer();

  /** Closes the connection and ends all running calls. A second call does nothing. */
  @Override
  void close();

  /** Builds a {@link ContainerdClient}. */
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
     * Sets the daemon's socket: a path, with or without {@code unix://}.
     *
     * @throws IllegalArgumentException if it is empty or not such a path
     */
    public Builder address(String socket) {
      this.address = DaemonAddress.parse(socket);
      return this;
    }

    /** Sets the daemon's socket. */
    public Builder address(Path socket) {
      this.address = socket;
      return this;
    }

    private Path address() {
      return address == null ? DaemonAddress.find(environment) : address;
    }

    /**
     * Sets the namespace of all calls. The daemon creates it with the first object in it.
     *
     * @throws IllegalArgumentException if the name is not valid: letters and digits, with a single
     *     {@code .}, {@code _} or {@code -} between them, at most 76 characters
     */
    public Builder namespace(String name) {
      this.namespace = NamespaceName.check(name);
      return this;
    }

    private String namespace() {
      return namespace == null ? NamespaceName.find(environment) : namespace;
    }

    /**
     * Sets how long to wait for the answer to a call, 30 s by default. Each piece of a blob that is
     * read or written has twice that time. Calls whose duration depends on the content's size
     * (unpack, commit, garbage collection) have at least one hour. Waiting for a task to exit has
     * no limit.
     */
    public Builder deadline(Duration longest) {
      if (!longest.isPositive()) {
        throw new IllegalArgumentException("A deadline must be longer than " + longest);
      }
      this.deadline = longest;
      return this;
    }

    /**
     * Sets the transport to the socket. The default is the value of the system property {@code
     * ecrcontainerd.transport} ({@code ffm}, {@code jdk} or {@code jnr}). Without the property it
     * is {@link SocketTransport#FFM}, or {@link SocketTransport#JDK} with a warning in a JVM that
     * refuses native access.
     */
    public Builder transport(SocketTransport chosen) {
      this.transport = chosen;
      return this;
    }

    /**
     * Sets whether to refuse a socket whose listener is neither root nor the user of this process.
     * Off by default, because in a user namespace the root user outside of it is another user.
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
     * Builds the client. It may not be connected yet; its first call reports a connection failure.
     *
     * @throws IllegalStateException if the chosen transport can't be used in this JVM
     * @throws IllegalArgumentException if the system property names no transport, or a variable of
     *     the environment is used and not valid: {@link #connect()}
     */
    public ContainerdClient build() {
      return new DefaultContainerdClient(transport(), address(), namespace(), deadline);
    }
  }
}
