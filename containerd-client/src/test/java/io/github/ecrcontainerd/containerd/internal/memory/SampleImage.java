package io.github.ecrcontainerd.containerd.internal.memory;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes documents of images into a registry, well-formed or not. */
public record SampleImage(MemoryRegistry registry) {

  /** A configuration for a platform, with one diff ID for each layer. */
  public Descriptor config(String os, String architecture, int layers) {
    String diffIds =
        Stream.iterate(0, i -> i + 1)
            .limit(layers)
            .map(i -> "\"sha256:%064d\"".formatted(i))
            .collect(Collectors.joining(","));
    return registry.put(
        MediaTypes.OCI_CONFIG,
        """
        {"os":"%s","architecture":"%s","rootfs":{"type":"layers","diff_ids":[%s]}}
        """
            .formatted(os, architecture, diffIds));
  }

  public Descriptor layer(String content) {
    return registry.put(MediaTypes.OCI_LAYER_GZIP, content);
  }

  public Descriptor manifest(Descriptor config, Descriptor... layers) {
    return registry.put(
        MediaTypes.OCI_MANIFEST,
        """
        {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}
        """
            .formatted(MediaTypes.OCI_MANIFEST, json(config, ""), join(List.of(layers))));
  }

  /** An image for a platform, of two layers that only it has. */
  public Descriptor image(String os, String architecture) {
    String name = os + "/" + architecture;
    return manifest(
        config(os, architecture, 2), layer("the lower of " + name), layer("the upper of " + name));
  }

  /** An index of children that are JSON already: {@link #child}. */
  public Descriptor index(String... children) {
    return registry.put(
        MediaTypes.OCI_INDEX,
        """
        {"schemaVersion":2,"mediaType":"%s","manifests":[%s]}
        """
            .formatted(MediaTypes.OCI_INDEX, String.join(",", children)));
  }

  /** A child of an index with a platform. */
  public static String child(Descriptor manifest, String os, String architecture) {
    return json(
        manifest,
        ",\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}".formatted(os, architecture));
  }

  /** A child of an index without a platform. */
  public static String child(Descriptor manifest) {
    return json(manifest, "");
  }

  private static String join(List<Descriptor> descriptors) {
    return descriptors.stream().map(each -> json(each, "")).collect(Collectors.joining(","));
  }

  private static String json(Descriptor descriptor, String more) {
    String mediaType =
        descriptor.mediaType().isEmpty()
            ? ""
            : "\"mediaType\":\"%s\",".formatted(descriptor.mediaType());
    return "{%s\"digest\":\"%s\",\"size\":%d%s}"
        .formatted(mediaType, descriptor.digest(), descriptor.size(), more);
  }
}
