package io.github.ecrcontainerd.containerd.internal.container;

import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.container.NewContainer;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.containerd.task.ExitStatus;
import io.github.ecrcontainerd.containerd.task.Tasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One container from its snapshot to its exit status: each method makes one thing, goes on to the
 * next one, and removes it, however that went.
 */
public final class ContainerRun {
  private static final int SIGKILL = 9;

  private final ContainerdServices services;
  private final Function<Lease, ContainerdServices> underLease;
  private final String namespace;
  private final RunOptions options;

  /**
   * A run that has not begun.
   *
   * @param underLease makes services whose results belong to a lease
   * @param namespace the services' own
   */
  public ContainerRun(
      ContainerdServices services,
      Function<Lease, ContainerdServices> underLease,
      String namespace,
      RunOptions options) {
    this.services = services;
    this.underLease = underLease;
    this.namespace = namespace;
    this.options = options;
  }

  /** Runs it to its end. */
  public ExitStatus run() throws InterruptedException {
    // Until the container is there, nothing else keeps its snapshot from the garbage collector.
    Lease lease = services.leases().create(options.id(), Duration.ofHours(24));
    return Unwound.run(
        () -> withSnapshot(underLease.apply(lease)), () -> services.leases().delete(lease.id()));
  }

  private ExitStatus withSnapshot(ContainerdServices leased) throws InterruptedException {
    Snapshots snapshots = leased.snapshots(options.snapshotter());
    List<Mount> mounts = snapshots.prepare(options.id(), options.parent(), Map.of());
    return Unwound.run(() -> withContainer(leased, mounts), () -> snapshots.remove(options.id()));
  }

  private ExitStatus withContainer(ContainerdServices leased, List<Mount> mounts)
      throws InterruptedException {
    leased
        .containers()
        .create(
            new NewContainer(
                options.id(),
                options.image(),
                options.snapshotter(),
                options.id(),
                options.spec().withCgroupsPath("/" + namespace + "/" + options.id()).json(),
                Map.of()));
    return Unwound.run(
        () -> withOutput(leased.tasks(), mounts), () -> leased.containers().delete(options.id()));
  }

  private ExitStatus withOutput(Tasks tasks, List<Mount> mounts) throws InterruptedException {
    try (TaskOutput output = TaskOutput.to(options.stdout(), options.stderr())) {
      ExitStatus exit = withTask(tasks, mounts, output);
      output.drain();
      return exit;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The output of %s can't be passed on: %s".formatted(options.id(), e.getMessage()), e);
    }
  }

  private ExitStatus withTask(Tasks tasks, List<Mount> mounts, TaskOutput output)
      throws IOException, InterruptedException {
    tasks.create(options.id(), mounts, output.stdio());
    return Unwound.run(
        () -> {
          output.connected();
          tasks.start(options.id());
          return tasks.await(options.id());
        },
        () -> remove(tasks));
  }

  /** Where an error or an interrupt came first, the task still runs. */
  private void remove(Tasks tasks) throws InterruptedException {
    if (tasks.kill(options.id(), SIGKILL)) {
      tasks.await(options.id());
    }
    tasks.delete(options.id());
  }
}
