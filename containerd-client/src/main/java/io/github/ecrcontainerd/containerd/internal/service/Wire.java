package io.github.ecrcontainerd.containerd.internal.service;

import com.google.protobuf.Timestamp;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Converts the values that several services share to and from protobuf. */
final class Wire {
  private Wire() {}

  static Instant instant(Timestamp time) {
    try {
      return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    } catch (DateTimeException | ArithmeticException e) {
      throw malformed("a time that doesn't exist", e);
    }
  }

  static Digest digest(String text) {
    try {
      return Digest.parse(text);
    } catch (IllegalArgumentException e) {
      throw malformed("a digest that is none", e);
    }
  }

  private static ContainerdException malformed(String what, RuntimeException cause) {
    return new ContainerdException(
        ContainerdException.Code.INTERNAL,
        "containerd",
        "",
        "its answer has %s (%s). Check that a containerd is at the other end of the socket"
            .formatted(what, cause.getMessage()),
        cause);
  }

  static Descriptor descriptor(
      io.github.ecrcontainerd.containerd.internal.proto.types.Descriptor wire) {
    try {
      return new Descriptor(
          wire.getMediaType(),
          Digest.parse(wire.getDigest()),
          wire.getSize(),
          Optional.empty(),
          List.of(),
          wire.getAnnotationsMap(),
          Optional.empty());
    } catch (IllegalArgumentException e) {
      throw malformed("a descriptor that is none", e);
    }
  }

  static io.github.ecrcontainerd.containerd.internal.proto.types.Descriptor descriptor(
      Descriptor descriptor) {
    return io.github.ecrcontainerd.containerd.internal.proto.types.Descriptor.newBuilder()
        .setMediaType(descriptor.mediaType())
        .setDigest(descriptor.digest().toString())
        .setSize(descriptor.size())
        .putAllAnnotations(descriptor.annotations())
        .build();
  }

  static List<Mount> mounts(
      List<io.github.ecrcontainerd.containerd.internal.proto.types.Mount> wire) {
    return wire.stream()
        .map(m -> new Mount(m.getType(), m.getSource(), m.getTarget(), m.getOptionsList()))
        .toList();
  }

  static List<io.github.ecrcontainerd.containerd.internal.proto.types.Mount> toWire(
      List<Mount> mounts) {
    return mounts.stream()
        .map(
            m ->
                io.github.ecrcontainerd.containerd.internal.proto.types.Mount.newBuilder()
                    .setType(m.type())
                    .setSource(m.source())
                    .setTarget(m.target())
                    .addAllOptions(m.options())
                    .build())
        .toList();
  }
}
