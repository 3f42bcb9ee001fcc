package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import java.util.Optional;

/**
 * An index of manifests for several platforms: OCI's image index, or Docker's manifest list.
 *
 * @param manifests what it names, in its order
 */
public record Index(List<Descriptor> manifests) {

  public Index {
    manifests = List.copyOf(manifests);
  }

  /**
   * Reads the bytes of one.
   *
   * @param digest their digest, for messages
   * @throws ImageException if they are malformed
   */
  public static Index parse(Digest digest, byte[] content) {
    Document document = Document.parse("index", digest, content);
    if (!document.has("manifests")) {
      throw document.invalid("it has no manifests");
    }
    return new Index(document.objects("manifests").stream().map(Document::descriptor).toList());
  }

  /**
   * Reads the bytes of one that is named as of a media type.
   *
   * @throws ImageException if they are malformed, or can be taken for another type
   */
  public static Index parse(Descriptor named, byte[] content) {
    Document.parse("index", named.digest(), content).as(named.mediaType());
    return parse(named.digest(), content);
  }

  /** The platforms that it has manifests for; those of attestations are {@code unknown/unknown}. */
  public List<Platform> platforms() {
    return manifests.stream()
        .flatMap(manifest -> manifest.platform().stream())
        .filter(platform -> !platform.os().equals("unknown"))
        .toList();
  }

  /**
   * The manifest for a platform: the best of those that say what they are for, or, where none of
   * them is right, the first that doesn't say.
   */
  public Optional<Descriptor> best(Platform wanted) {
    List<Descriptor> offered =
        manifests.stream().filter(child -> child.platform().isPresent()).toList();
    return wanted
        .best(offered.stream().map(child -> child.platform().orElseThrow()).toList())
        .map(offered::get)
        .or(
            () ->
                manifests.stream()
                    .filter(child -> child.platform().isEmpty())
                    .filter(
                        child ->
                            child.mediaType().isEmpty()
                                || MediaTypes.isManifestOrIndex(child.mediaType()))
                    .findFirst());
  }
}
