package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.containerd.container.ContainerOptions;
import io.github.ecrcontainerd.containerd.container.Containers;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.diff.Diff;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.internal.image.StoredImage;
import io.github.ecrcontainerd.containerd.internal.pull.Pull;
import io.github.ecrcontainerd.containerd.internal.push.Push;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.internal.run.ContainerRun;
import io.github.ecrcontainerd.containerd.internal.run.ImageRun;
import io.github.ecrcontainerd.containerd.internal.service.GrpcServices;
import io.github.ecrcontainerd.containerd.internal.transport.Connection;
import io.github.ecrcontainerd.containerd.internal.transport.DaemonChannel;
import io.github.ecrcontainerd.containerd.internal.transport.Transport;
import io.github.ecrcontainerd.containerd.internal.transport.TrustedTransport;
import io.github.ecrcontainerd.containerd.introspection.Introspection;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.containerd.namespace.Namespaces;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.containerd.task.ExitStatus;
import io.github.ecrcontainerd.containerd.task.Tasks;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A containerd, over its unix socket.
 *
 * <pre>{@code
 * try (ContainerdClient containerd = ContainerdClient.connect()) {
 *   for (Image image : containerd.images().list()) {
 *     System.out.println(image.name() + " " + image.target().digest());
 *   }
 * }
 * }</pre>
 *
 * <p>The client begins to connect when it is made, and the first call waits for that; it connects
 * again when the connection was lost, so that one client lasts longer than a daemon. Safe for use
 * by several threads at once. Its own threads keep no JVM alive.
 */
public final class ContainerdClient implements ContainerdServices, AutoCloseable {
  private final Transport transport;
  private final Path address;
  private final DaemonChannel channel;
  private final String namespace;
  private final Rpc rpc;
  private final ContainerdServices services;

  private ContainerdClient(Builder builder) {
    this.transport = builder.transport();
    this.address = builder.address();
    this.namespace = builder.namespace();
    this.channel = new DaemonChannel(transport, address);
    this.rpc = Rpc.of(channel, address.toString(), namespace, builder.deadline);
    this.services = new GrpcServices(rpc);
  }

  /**
   * A client of the containerd that the environment names, as for containerd's own programs: {@code
   * CONTAINERD_ADDRESS} is its socket, with or without {@code unix://}, {@code
   * CONTAINERD_NAMESPACE} the namespace ({@code default} by default).
   *
   * <p>Where no address is set it is {@code /run/containerd/containerd.sock}; for another user than
   * root that of his rootless containerd, if he has one: {@code containerd/containerd.sock} in
   * {@code XDG_RUNTIME_DIR}, or the usual one as RootlessKit's child sees it, whose process {@code
   * containerd-rootless/child_pid} there names.
   *
   * @throws IllegalArgumentException if a variable is set to what can't be an address or a
   *     namespace
   */
  public static ContainerdClient connect() {
    return builder().build();
  }

  /** The same, to be changed. */
  public static Builder builder() {
    return new Builder(System.getenv());
  }

  /**
   * The same services under a lease: what is made through them stays until the lease ends. They use
   * this client's connection, and end with it.
   */
  public ContainerdServices withLease(Lease lease) {
    return new GrpcServices(rpc.withLease(lease.id()));
  }

  /**
   * Pulls an image: finds it, brings what the content store doesn't have, unpacks it and keeps it
   * under its canonical name. Nothing of it is kept where that fails, but bytes of layers that have
   * come stay for a day, and the next pull goes on behind them.
   *
   * @param reference the image, in a form that the options' resolver understands
   * @return the image record
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if the registry doesn't have it, or can't be asked
   * @throws ImageException if the image is malformed, damaged, or not for the platform
   * @throws ContainerdException if the daemon can't do it, or can't be asked
   * @throws InterruptedException if the thread is interrupted: the pull ends as after an error
   */
  public Image pull(String reference, PullOptions options) throws InterruptedException {
    return new Pull(this, this::withLease, options).run(reference);
  }

  /**
   * Pushes an image: asks which of its blobs the registry lacks, uploads those, then puts its
   * manifests and indexes as they are, the root last and under the reference's tag. Where that
   * fails the tag names what it named before; blobs that have come stay, and the next push goes on
   * without them.
   *
   * @param reference where it is to be, in a form that the options' resolver understands
   * @param root the manifest or index in the content store: {@link Image#target()}
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
  public Descriptor push(String reference, Descriptor root, PushOptions options)
      throws InterruptedException {
    return new Push(this, options).run(reference, root);
  }

  /**
   * What an image in the content store says of itself for a platform: what it runs, and the chain
   * of snapshots that it stands on.
   *
   * @throws ImageException if it has nothing for the platform, or can't run at all
   * @throws ContainerdException if it is not all there, or the daemon can't be asked
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public ImageConfig config(Image image, Platform platform) throws InterruptedException {
    return new StoredImage(content(), image).config(platform);
  }

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
  public ExitStatus run(Image image, RunOptions options) throws InterruptedException {
    return new ImageRun(this, this::withLease, namespace, this::peer, options).run(image);
  }

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
  public ExitStatus run(ContainerOptions options) throws InterruptedException {
    ContainerRun.Settings settings =
        new ContainerRun.Settings(
            options.id(),
            options.image(),
            options.snapshotter(),
            options.parent(),
            options.stdout(),
            options.stderr());
    return new ContainerRun(this, this::withLease, namespace, settings, mounts -> options.spec())
        .run();
  }

  /**
   * Who listens on the daemon's socket, asked of the kernel by a connection of its own.
   *
   * @throws ContainerdException if nobody can be connected to
   */
  public Peer peer() {
    try (Connection connection = transport.connect(address)) {
      return connection.peer();
    } catch (IOException e) {
      throw new ContainerdException(
          ContainerdException.Code.UNAVAILABLE,
          "Peer",
          address.toString(),
          String.valueOf(e.getMessage()),
          e);
    }
  }

  @Override
  public Introspection introspection() {
    return services.introspection();
  }

  @Override
  public Namespaces namespaces() {
    return services.namespaces();
  }

  @Override
  public Leases leases() {
    return services.leases();
  }

  @Override
  public ContentStore content() {
    return services.content();
  }

  @Override
  public Images images() {
    return services.images();
  }

  @Override
  public Snapshots snapshots(String snapshotter) {
    return services.snapshots(snapshotter);
  }

  @Override
  public Diff diff() {
    return services.diff();
  }

  @Override
  public Containers containers() {
    return services.containers();
  }

  @Override
  public Tasks tasks() {
    return services.tasks();
  }

  /** Ends the connection, and all calls that are under way. */
  @Override
  public void close() {
    channel.close();
  }

  /** How to reach a containerd. */
  public static final class Builder {
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
      return new ContainerdClient(this);
    }
  }
}
