package io.github.ecrcontainerd.containerd.internal.service;

import com.google.protobuf.Timestamp;
import io.github.ecrcontainerd.containerd.internal.proto.task.Process;
import io.github.ecrcontainerd.containerd.internal.proto.tasks.CreateTaskRequest;
import io.github.ecrcontainerd.containerd.internal.proto.tasks.DeleteTaskRequest;
import io.github.ecrcontainerd.containerd.internal.proto.tasks.GetRequest;
import io.github.ecrcontainerd.containerd.internal.proto.tasks.KillRequest;
import io.github.ecrcontainerd.containerd.internal.proto.tasks.ListTasksRequest;
import io.github.ecrcontainerd.containerd.internal.proto.tasks.StartRequest;
import io.github.ecrcontainerd.containerd.internal.proto.tasks.TasksGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.tasks.WaitRequest;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.containerd.task.ExitStatus;
import io.github.ecrcontainerd.containerd.task.Stdio;
import io.github.ecrcontainerd.containerd.task.Task;
import io.github.ecrcontainerd.containerd.task.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Calls that start or end a process have a longer deadline, because the machine may be busy. */
record GrpcTasks(Rpc rpc) implements Tasks {

  @Override
  public int create(String containerId, List<Mount> rootfs, Stdio stdio)
      throws InterruptedException {
    var request =
        CreateTaskRequest.newBuilder()
            .setContainerId(containerId)
            .addAllRootfs(Wire.toWire(rootfs))
            .setStdin(path(stdio.stdin()))
            .setStdout(path(stdio.stdout()))
            .setStderr(path(stdio.stderr()))
            .build();
    return rpc.patient().call(TasksGrpc.getCreateMethod(), request, containerId).getPid();
  }

  private static String path(Optional<Path> fifo) {
    return fifo.map(path -> path.toAbsolutePath().toString()).orElse("");
  }

  @Override
  public void start(String containerId) throws InterruptedException {
    var request = StartRequest.newBuilder().setContainerId(containerId).build();
    rpc.patient().call(TasksGrpc.getStartMethod(), request, containerId);
  }

  @Override
  public ExitStatus await(String containerId) throws InterruptedException {
    var request = WaitRequest.newBuilder().setContainerId(containerId).build();
    var response = rpc.callWithoutDeadline(TasksGrpc.getWaitMethod(), request, containerId);
    return exit(response.getExitStatus(), response.getExitedAt());
  }

  @Override
  public boolean kill(String containerId, int signal) throws InterruptedException {
    var request = KillRequest.newBuilder().setContainerId(containerId).setSignal(signal).build();
    return rpc.remove(TasksGrpc.getKillMethod(), request, containerId);
  }

  @Override
  public Optional<ExitStatus> delete(String containerId) throws InterruptedException {
    var request = DeleteTaskRequest.newBuilder().setContainerId(containerId).build();
    return rpc.patient()
        .find(TasksGrpc.getDeleteMethod(), request, containerId)
        .map(response -> exit(response.getExitStatus(), response.getExitedAt()));
  }

  @Override
  public Optional<Task> get(String containerId) throws InterruptedException {
    var request = GetRequest.newBuilder().setContainerId(containerId).build();
    return rpc.find(TasksGrpc.getGetMethod(), request, containerId)
        .map(response -> task(containerId, response.getProcess()));
  }

  @Override
  public List<Task> list() throws InterruptedException {
    var request = ListTasksRequest.getDefaultInstance();
    return rpc.call(TasksGrpc.getListMethod(), request, "").getTasksList().stream()
        .map(process -> task(process.getId(), process))
        .toList();
  }

  private static ExitStatus exit(int code, Timestamp at) {
    return new ExitStatus(code, Wire.instant(at));
  }

  private static Task task(String containerId, Process wire) {
    return new Task(
        containerId,
        wire.getPid(),
        switch (wire.getStatus()) {
          case CREATED -> Task.State.CREATED;
          case RUNNING -> Task.State.RUNNING;
          case STOPPED -> Task.State.STOPPED;
          case PAUSED -> Task.State.PAUSED;
          case PAUSING -> Task.State.PAUSING;
          case UNKNOWN, UNRECOGNIZED -> Task.State.UNKNOWN;
        });
  }
}
