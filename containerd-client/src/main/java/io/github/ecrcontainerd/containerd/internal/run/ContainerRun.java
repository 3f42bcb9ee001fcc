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
 * One container from its snapshot to its exit status: each method makes one thing, goes on to the
 * next one, and removes it, however that went.
 */
public final class ContainerRun {
  private static final int SIGKILL = 9;

  private final ContainerdServices services;
  private final String namespace;
  private final Settings settings;
  private final SpecSource spec;

  /**
   * What is known of a container before it has a snapshot.
   *
   * @param id its name, and that of task and snapshot
   * @param image the name of the image, for people; {@code ""} for none
   * @param snapshotter where its snapshot is made
   * @param parent what that stands on; {@code ""} for nothing
   * @param stdout where its output goes; left open
   * @param stderr where its errors go; left open
   */
  public record Settings(
      String id,
      String image,
      String snapshotter,
      String parent,
      OutputStream stdout,
      OutputStream stderr) {}

  /** Says what runs, when the root file system is there. */
  @FunctionalInterface
  public interface SpecSource {
    /**
     * What runs.
     *
     * @param mounts how the container's snapshot is mounted
     */
    RuntimeSpec spec(List<Mount> mounts) throws InterruptedException;
  }

  /**
   * A run that has not begun.
   *
   * @param namespace the services' own
   */
  public ContainerRun(
      ContainerdServices services, String namespace, Settings settings, SpecSource spec) {
    this.services = services;
    this.namespace = namespace;
    this.settings = settings;
    this.spec = spec;
  }

  /** Runs it to its end. */
  public ExitStatus run() throws InterruptedException {
    // Until the container is there, nothing else keeps its snapshot from the garbage collector.
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
          "The output of %s can't be passed on: %s".formatted(settings.id(), e.getMessage()), e);
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

  /** A daemon on the host, and this process in a container that has its socket, for example. */
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

  /** Where an error or an interrupt came first, the task still runs. */
  private void remove(Tasks tasks) throws InterruptedException {
    if (tasks.kill(settings.id(), SIGKILL)) {
      tasks.await(settings.id());
    }
    tasks.delete(settings.id());
  }
}
