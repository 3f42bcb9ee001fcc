package io.github.ecrcontainerd.containerd.internal.service;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.internal.proto.images.CreateImageRequest;
import io.github.ecrcontainerd.containerd.internal.proto.images.DeleteImageRequest;
import io.github.ecrcontainerd.containerd.internal.proto.images.GetImageRequest;
import io.github.ecrcontainerd.containerd.internal.proto.images.ImagesGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.images.ListImagesRequest;
import io.github.ecrcontainerd.containerd.internal.proto.images.UpdateImageRequest;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

record GrpcImages(Rpc rpc) implements Images {

  @Override
  public Optional<Image> get(String name) throws InterruptedException {
    var request = GetImageRequest.newBuilder().setName(name).build();
    return rpc.find(ImagesGrpc.getGetMethod(), request, name)
        .map(response -> image(response.getImage()));
  }

  @Override
  public List<Image> list(String... filters) throws InterruptedException {
    var request = ListImagesRequest.newBuilder().addAllFilters(List.of(filters)).build();
    return rpc.call(ImagesGrpc.getListMethod(), request, "").getImagesList().stream()
        .map(GrpcImages::image)
        .toList();
  }

  @Override
  public Image create(String name, Descriptor target, Map<String, String> labels)
      throws InterruptedException {
    var request = CreateImageRequest.newBuilder().setImage(toWire(name, target, labels)).build();
    return image(rpc.call(ImagesGrpc.getCreateMethod(), request, name).getImage());
  }

  @Override
  public Image update(String name, Descriptor target, Map<String, String> labels)
      throws InterruptedException {
    var request = UpdateImageRequest.newBuilder().setImage(toWire(name, target, labels)).build();
    return image(rpc.call(ImagesGrpc.getUpdateMethod(), request, name).getImage());
  }

  /**
   * Another client may create or delete the record between these calls, so this retries, but not
   * forever.
   */
  @Override
  public Image put(String name, Descriptor target, Map<String, String> labels)
      throws InterruptedException {
    try {
      return create(name, target, labels);
    } catch (ContainerdException e) {
      if (e.code() != Code.ALREADY_EXISTS) {
        throw e;
      }
    }
    try {
      return update(name, target, labels);
    } catch (ContainerdException e) {
      if (e.code() != Code.NOT_FOUND) {
        throw e;
      }
    }
    return create(name, target, labels);
  }

  @Override
  public boolean delete(String name) throws InterruptedException {
    var request = DeleteImageRequest.newBuilder().setName(name).build();
    return rpc.remove(ImagesGrpc.getDeleteMethod(), request, name);
  }

  @Override
  public boolean deleteAndCollect(String name) throws InterruptedException {
    var request = DeleteImageRequest.newBuilder().setName(name).setSync(true).build();
    return rpc.patient().remove(ImagesGrpc.getDeleteMethod(), request, name);
  }

  private static io.github.ecrcontainerd.containerd.internal.proto.images.Image toWire(
      String name, Descriptor target, Map<String, String> labels) {
    return io.github.ecrcontainerd.containerd.internal.proto.images.Image.newBuilder()
        .setName(name)
        .setTarget(Wire.descriptor(target))
        .putAllLabels(labels)
        .build();
  }

  private static Image image(io.github.ecrcontainerd.containerd.internal.proto.images.Image wire) {
    return new Image(
        wire.getName(),
        Wire.descriptor(wire.getTarget()),
        wire.getLabelsMap(),
        Wire.instant(wire.getCreatedAt()),
        Wire.instant(wire.getUpdatedAt()));
  }
}
