package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.oci.ImageDocument;
import io.github.ecrcontainerd.containerd.oci.Index;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The labels that containerd's garbage collector and its clients read (containerd's documents
 * "Garbage Collection" and "Content Flow").
 */
public final class GcLabels {
  /** On a layer: its diff ID, set after the layer was unpacked. */
  public static final String UNCOMPRESSED = "containerd.io/uncompressed";

  /** On a snapshot that is being created: its future chain ID. */
  public static final String SNAPSHOT_REF = "containerd.io/snapshot.ref";

  private static final String CONTENT = "containerd.io/gc.ref.content.";
  private static final String SNAPSHOT = "containerd.io/gc.ref.snapshot.";
  private static final String SOURCE = "containerd.io/distribution.source.";

  /** containerd's limit for the length of a label's key and value together, in characters. */
  private static final int MAX_LABEL_CHARS = 4096;

  private GcLabels() {}

  /**
   * Returns the labels by which a document keeps its children: for an index all of them, so that
   * another platform can be added later; for a manifest its configuration and layers.
   *
   * @param unkept layers that get no label
   */
  public static Map<String, String> keeping(ImageDocument document, Set<Digest> unkept) {
    return switch (document) {
      case Index index -> numbered("m.", index.manifests(), Set.of());
      case Manifest manifest -> keeping(manifest, unkept);
    };
  }

  private static Map<String, String> keeping(Manifest manifest, Set<Digest> unkept) {
    Map<String, String> labels = numbered("l.", manifest.layers(), unkept);
    labels.put(CONTENT + "config", manifest.config().digest().toString());
    return labels;
  }

  private static Map<String, String> numbered(
      String kind, List<Descriptor> children, Set<Digest> unkept) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 0; i < children.size(); i++) {
      Digest child = children.get(i).digest();
      if (!unkept.contains(child)) {
        labels.put(CONTENT + kind + i, child.toString());
      }
    }
    return labels;
  }

  /**
   * Returns the label by which a configuration keeps the snapshot of its uppermost layer, and with
   * it the snapshots below.
   */
  public static Map<String, String> keepingSnapshot(String snapshotter, Digest topChainId) {
    return Map.of(SNAPSHOT + snapshotter, topChainId.toString());
  }

  /** Returns the key of the label that lists the repositories of a host that have the content. */
  public static String sourceKey(String imageName) {
    int slash = imageName.indexOf('/');
    return SOURCE + (slash < 0 ? imageName : imageName.substring(0, slash));
  }

  /**
   * Returns the value of that label: the known repositories, then the image's.
   *
   * @param known the current value, {@code ""} for none
   */
  public static String sources(String known, String imageName) {
    String repository = repositoryOf(imageName);
    if (known.isEmpty()) {
      return repository;
    }
    boolean listed = List.of(known.split(",")).contains(repository);
    String longer = known + "," + repository;
    return listed || longer.length() + sourceKey(imageName).length() > MAX_LABEL_CHARS
        ? known
        : longer;
  }

  /** Returns the name without its host, tag and digest. */
  private static String repositoryOf(String imageName) {
    String name = imageName.substring(imageName.indexOf('/') + 1);
    int at = name.indexOf('@');
    String tagged = at < 0 ? name : name.substring(0, at);
    int colon = tagged.lastIndexOf(':');
    return colon > tagged.lastIndexOf('/') ? tagged.substring(0, colon) : tagged;
  }
}
