package io.github.ecrcontainerd.containerd.internal.run;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.container.NewContainer;
import io.github.ecrcontainerd.containerd.container.RuntimeSpec;
import io.github.ecrcontainerd.containerd.internal.scope.Creation;
import io.github.ecrcontainerd.containerd.internal.scope.HeldLease;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.containerd.task.ExitStatus;
import io.github.ecrcontainerd.containerd.task.Tasks;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * Runs one container. Each method creates one object, calls the method for the next one, and
 * removes the object afterwards, whether that call succeeded or not.
 */
public final class ContainerRun {
  private static final int SIGKILL = 9;

  private final ContainerdServices services;
  private final String namespace;
  private final Settings settings;
  private final SpecSource spec;

  /**
   * The settings of a container.
   *
   * @param id the name of the container, task and snapshot
   * @param image the name of the image, for information only; {@code ""} for none
   * @param snapshotter the snapshotter of its snapshot
   * @param parent the parent of its snapshot; {@code ""} for none
   * @param stdout receives its standard output; not closed
   * @param stderr receives its standard error; not closed
   */
  public record Settings(
      String id,
      String image,
      String snapshotter,
      String parent,
      OutputStream stdout,
      OutputStream stderr) {}

  /** Supplies the runtime specification once the root file system exists. */
  @FunctionalInterface
  public interface SpecSource {
    /**
     * Returns the runtime specification.
     *
     * @param mounts the mounts of the container's snapshot
     */
    RuntimeSpec spec(List<Mount> mounts) throws InterruptedException;
  }

  /**
   * Creates a run without starting it.
   *
   * @param namespace the namespace of the services
   */
  public ContainerRun(
      ContainerdServices services, String namespace, Settings settings, SpecSource spec) {
    this.services = services;
    this.namespace = namespace;
    this.settings = settings;
    this.spec = spec;
  }

  /** Runs the container until it exits. */
  public ExitStatus run() throws InterruptedException {
    // Until the container exists, only the lease protects its snapshot from the garbage collector.
    try (HeldLease lease = HeldLease.take(services.leases(), "run")) {
      return withSnapshot(services.withLease(lease.lease()));
    }
  }

  private ExitStatus withSnapshot(ContainerdServices leased) throws InterruptedException {
    Snapshots snapshots = leased.snapshots(settings.snapshotter());
    List<Mount> mounts = snapshots.prepare(settings.id(), settings.parent(), Map.of());
    return Unwound.run(() -> withContainer(leased, mounts), () -> snapshots.remove(settings.id()));
  }

  private ExitStatus withContainer(ContainerdServices leased, List<Mount> mounts)
      throws InterruptedException {
    NewContainer container =
        new NewContainer(
            settings.id(),
            settings.image(),
            settings.snapshotter(),
            settings.id(),
            spec.spec(mounts).withCgroupsPath("/" + namespace + "/" + settings.id()).json(),
            Map.of());
    var _ =
        Creation.run(
            () -> leased.containers().create(container),
            () -> leased.containers().delete(settings.id()));
    return Unwound.run(
        () -> withOutput(leased.tasks(), mounts), () -> leased.containers().delete(settings.id()));
  }

  private ExitStatus withOutput(Tasks tasks, List<Mount> mounts) throws InterruptedException {
    try (TaskOutput output = TaskOutput.to(settings.stdout(), settings.stderr())) {
      ExitStatus exit = withTask(tasks, mounts, output);
      output.drain();
      return exit;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The output of %s can't be written: %s".formatted(settings.id(), e.getMessage()), e);
    }
  }

  private ExitStatus withTask(Tasks tasks, List<Mount> mounts, TaskOutput output)
      throws IOException, InterruptedException {
    var _ = Creation.run(() -> create(tasks, mounts, output), () -> remove(tasks));
    return Unwound.run(
        () -> {
          output.connected();
          tasks.start(settings.id());
          return tasks.await(settings.id());
        },
        () -> remove(tasks));
  }

  private long create(Tasks tasks, List<Mount> mounts, TaskOutput output)
      throws InterruptedException {
    try {
      return tasks.create(settings.id(), mounts, output.stdio());
    } catch (ContainerdException e) {
      throw output.isMissedBy(e) ? withAnotherFileSystem(e, output) : e;
    }
  }

  /**
   * Reports that the daemon has another file system. For example, the daemon runs on the host, and
   * this process in a container with its socket.
   */
  private ContainerdException withAnotherFileSystem(
      ContainerdException refusal, TaskOutput output) {
    return new ContainerdException(
        refusal.code(),
        refusal.call(),
        refusal.object(),
        "The output of %s can't be taken from containerd, which doesn't see %s: it has another file"
                .formatted(settings.id(), output.directory())
            + " system than this process. Share java.io.tmpdir with it, at the same path",
        refusal);
  }

  /** Kills the task first, because it is still running after an error or an interrupt. */
  private void remove(Tasks tasks) throws InterruptedException {
    if (tasks.kill(settings.id(), SIGKILL)) {
      tasks.await(settings.id());
    }
    tasks.delete(settings.id());
  }
}
