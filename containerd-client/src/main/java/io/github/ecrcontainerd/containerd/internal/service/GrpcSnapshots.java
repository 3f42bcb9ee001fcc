package io.github.ecrcontainerd.containerd.internal.service;

import io.github.ecrcontainerd.containerd.internal.proto.snapshots.CommitSnapshotRequest;
import io.github.ecrcontainerd.containerd.internal.proto.snapshots.Info;
import io.github.ecrcontainerd.containerd.internal.proto.snapshots.ListSnapshotsRequest;
import io.github.ecrcontainerd.containerd.internal.proto.snapshots.MountsRequest;
import io.github.ecrcontainerd.containerd.internal.proto.snapshots.PrepareSnapshotRequest;
import io.github.ecrcontainerd.containerd.internal.proto.snapshots.RemoveSnapshotRequest;
import io.github.ecrcontainerd.containerd.internal.proto.snapshots.SnapshotsGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.snapshots.StatSnapshotRequest;
import io.github.ecrcontainerd.containerd.internal.proto.snapshots.UsageRequest;
import io.github.ecrcontainerd.containerd.internal.proto.snapshots.ViewSnapshotRequest;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.containerd.snapshot.SnapshotInfo;
import io.github.ecrcontainerd.containerd.snapshot.SnapshotUsage;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Calls that walk through the files of a snapshot (commit, remove, usage) have a longer deadline.
 */
record GrpcSnapshots(Rpc rpc, String snapshotter) implements Snapshots {

  @Override
  public List<Mount> prepare(String key, String parent, Map<String, String> labels)
      throws InterruptedException {
    var request =
        PrepareSnapshotRequest.newBuilder()
            .setSnapshotter(snapshotter)
            .setKey(key)
            .setParent(parent)
            .putAllLabels(labels)
            .build();
    return Wire.mounts(rpc.call(SnapshotsGrpc.getPrepareMethod(), request, key).getMountsList());
  }

  @Override
  public List<Mount> view(String key, String parent, Map<String, String> labels)
      throws InterruptedException {
    var request =
        ViewSnapshotRequest.newBuilder()
            .setSnapshotter(snapshotter)
            .setKey(key)
            .setParent(parent)
            .putAllLabels(labels)
            .build();
    return Wire.mounts(rpc.call(SnapshotsGrpc.getViewMethod(), request, key).getMountsList());
  }

  @Override
  public List<Mount> mounts(String key) throws InterruptedException {
    var request = MountsRequest.newBuilder().setSnapshotter(snapshotter).setKey(key).build();
    return Wire.mounts(rpc.call(SnapshotsGrpc.getMountsMethod(), request, key).getMountsList());
  }

  @Override
  public void commit(String name, String key, Map<String, String> labels)
      throws InterruptedException {
    var request =
        CommitSnapshotRequest.newBuilder()
            .setSnapshotter(snapshotter)
            .setName(name)
            .setKey(key)
            .putAllLabels(labels)
            .build();
    rpc.patient().call(SnapshotsGrpc.getCommitMethod(), request, name);
  }

  @Override
  public boolean remove(String key) throws InterruptedException {
    var request =
        RemoveSnapshotRequest.newBuilder().setSnapshotter(snapshotter).setKey(key).build();
    return rpc.patient().remove(SnapshotsGrpc.getRemoveMethod(), request, key);
  }

  @Override
  public Optional<SnapshotInfo> stat(String key) throws InterruptedException {
    var request = StatSnapshotRequest.newBuilder().setSnapshotter(snapshotter).setKey(key).build();
    return rpc.find(SnapshotsGrpc.getStatMethod(), request, key)
        .map(response -> info(response.getInfo()));
  }

  @Override
  public List<SnapshotInfo> list(String... filters) throws InterruptedException {
    var request =
        ListSnapshotsRequest.newBuilder()
            .setSnapshotter(snapshotter)
            .addAllFilters(List.of(filters))
            .build();
    return rpc.collect(SnapshotsGrpc.getListMethod(), request, "").stream()
        .flatMap(response -> response.getInfoList().stream())
        .map(GrpcSnapshots::info)
        .toList();
  }

  @Override
  public SnapshotUsage usage(String key) throws InterruptedException {
    var request = UsageRequest.newBuilder().setSnapshotter(snapshotter).setKey(key).build();
    var usage = rpc.patient().call(SnapshotsGrpc.getUsageMethod(), request, key);
    return new SnapshotUsage(usage.getSize(), usage.getInodes());
  }

  private static SnapshotInfo info(Info wire) {
    return new SnapshotInfo(
        wire.getName(),
        wire.getParent(),
        switch (wire.getKind()) {
          case VIEW -> SnapshotInfo.Kind.VIEW;
          case ACTIVE -> SnapshotInfo.Kind.ACTIVE;
          case COMMITTED -> SnapshotInfo.Kind.COMMITTED;
          case UNKNOWN, UNRECOGNIZED -> SnapshotInfo.Kind.UNKNOWN;
        },
        Wire.instant(wire.getCreatedAt()),
        Wire.instant(wire.getUpdatedAt()),
        wire.getLabelsMap());
  }
}
