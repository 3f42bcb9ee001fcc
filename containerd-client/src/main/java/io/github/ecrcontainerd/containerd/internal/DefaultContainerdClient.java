package io.github.ecrcontainerd.containerd.internal;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.Peer;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.containerd.TransferPlan;
import io.github.ecrcontainerd.containerd.container.ContainerOptions;
import io.github.ecrcontainerd.containerd.container.Containers;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.diff.Diff;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.internal.image.RemoteImage;
import io.github.ecrcontainerd.containerd.internal.pull.PullOperation;
import io.github.ecrcontainerd.containerd.internal.push.PushOperation;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.internal.run.ContainerRun;
import io.github.ecrcontainerd.containerd.internal.run.ImageRun;
import io.github.ecrcontainerd.containerd.internal.run.RunnableImage;
import io.github.ecrcontainerd.containerd.internal.scope.DaemonWatch;
import io.github.ecrcontainerd.containerd.internal.scope.Step;
import io.github.ecrcontainerd.containerd.internal.service.GrpcServices;
import io.github.ecrcontainerd.containerd.internal.transport.Connection;
import io.github.ecrcontainerd.containerd.internal.transport.DaemonChannel;
import io.github.ecrcontainerd.containerd.internal.transport.Transport;
import io.github.ecrcontainerd.containerd.introspection.Introspection;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.containerd.namespace.Namespaces;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.containerd.task.ExitStatus;
import io.github.ecrcontainerd.containerd.task.Tasks;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.Resolver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The client over one channel to the daemon. */
public final class DefaultContainerdClient implements ContainerdClient {
  private final Transport transport;
  private final Path address;
  private final DaemonChannel channel;
  private final String namespace;
  private final ContainerdServices services;

  /** Creates a client and starts to connect. */
  public DefaultContainerdClient(
      Transport transport, Path address, String namespace, Duration deadline) {
    this.transport = transport;
    this.address = address;
    this.namespace = namespace;
    this.channel = new DaemonChannel(transport, address);
    this.services = new GrpcServices(Rpc.of(channel, address.toString(), namespace, deadline));
  }

  @Override
  public Image pull(String reference, Resolver resolver, PullOptions options)
      throws InterruptedException {
    return pull(RemoteImage.of(reference, resolver), options);
  }

  @Override
  public Image pull(EcrReference reference, Resolver resolver, PullOptions options)
      throws InterruptedException {
    return pull(RemoteImage.of(reference, resolver), options);
  }

  private Image pull(RemoteImage image, PullOptions options) throws InterruptedException {
    return watched(() -> new PullOperation(services, namespace, this::peer, options).run(image));
  }

  /** Runs an operation that waits for a registry, and ends it if the daemon goes away. */
  private <T> T watched(Step<T> operation) throws InterruptedException {
    return new DaemonWatch(channel.ends(), services.introspection()::version).run(operation);
  }

  @Override
  public Descriptor push(String reference, Descriptor root, Resolver resolver, PushOptions options)
      throws InterruptedException {
    return push(RemoteImage.of(reference, resolver), root, options);
  }

  @Override
  public Descriptor push(
      EcrReference reference, Descriptor root, Resolver resolver, PushOptions options)
      throws InterruptedException {
    return push(RemoteImage.of(reference, resolver), root, options);
  }

  private Descriptor push(RemoteImage destination, Descriptor root, PushOptions options)
      throws InterruptedException {
    return watched(() -> new PushOperation(destination, options).fromStore(services, root));
  }

  @Override
  public TransferPlan planPull(String reference, Resolver resolver, PullOptions options)
      throws InterruptedException {
    RemoteImage image = RemoteImage.of(reference, resolver);
    return watched(() -> new PullOperation(services, namespace, this::peer, options).plan(image));
  }

  @Override
  public TransferPlan planPush(
      String reference, Descriptor root, Resolver resolver, PushOptions options)
      throws InterruptedException {
    RemoteImage destination = RemoteImage.of(reference, resolver);
    return watched(() -> new PushOperation(destination, options).planFromStore(services, root));
  }

  @Override
  public ImageConfig config(Image image, Platform platform) throws InterruptedException {
    return RunnableImage.find(services, image, Optional.of(platform)).config();
  }

  @Override
  public ExitStatus run(Image image, RunOptions options) throws InterruptedException {
    return new ImageRun(services, namespace, this::peer, options).run(image);
  }

  @Override
  public ExitStatus run(ContainerOptions options) throws InterruptedException {
    ContainerRun.Settings settings =
        new ContainerRun.Settings(
            options.id(),
            options.image(),
            options.snapshotter(),
            options.parent(),
            options.stdout(),
            options.stderr());
    return new ContainerRun(services, namespace, settings, mounts -> options.spec()).run();
  }

  @Override
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
  public ContainerdServices withLease(Lease lease) {
    return services.withLease(lease);
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

  @Override
  public void close() {
    channel.close();
  }
}
