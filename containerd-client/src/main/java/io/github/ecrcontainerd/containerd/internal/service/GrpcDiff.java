package io.github.ecrcontainerd.containerd.internal.service;

import io.github.ecrcontainerd.containerd.diff.Diff;
import io.github.ecrcontainerd.containerd.internal.proto.diff.ApplyRequest;
import io.github.ecrcontainerd.containerd.internal.proto.diff.DiffGrpc;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;

record GrpcDiff(Rpc rpc) implements Diff {

  @Override
  public Descriptor apply(Descriptor layer, List<Mount> mounts) throws InterruptedException {
    var request =
        ApplyRequest.newBuilder()
            .setDiff(Wire.descriptor(layer))
            .addAllMounts(Wire.toWire(mounts))
            .build();
    String digest = layer.digest().toString();
    return Wire.descriptor(
        rpc.patient().call(DiffGrpc.getApplyMethod(), request, digest).getApplied());
  }
}
