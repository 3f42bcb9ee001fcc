package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.List;

/**
 * A manifest of one image or artifact: OCI's, or Docker's schema 2.
 *
 * @param config the configuration; of an image that can run, or of whatever an artifact is
 * @param layers the layers, the lowest first
 */
public record Manifest(Descriptor config, List<Descriptor> layers) {

  public Manifest {
    layers = List.copyOf(layers);
  }

  /**
   * Reads the bytes of one.
   *
   * @param digest their digest, for messages
   * @throws ImageException if they are malformed
   */
  public static Manifest parse(Digest digest, byte[] content) {
    Document document = Document.parse("manifest", digest, content);
    // The attack on media types of CVE-2021-41190: a document that is both is neither.
    if (document.has("manifests")) {
      throw document.invalid("it has manifests, like an index");
    }
    Descriptor config =
        document
            .object("config")
            .orElseThrow(() -> document.invalid("it has no config"))
            .descriptor();
    return new Manifest(
        config, document.objects("layers").stream().map(Document::descriptor).toList());
  }

  /**
   * Reads the bytes of one that is named as of a media type.
   *
   * @throws ImageException if they are malformed, or can be taken for another type
   */
  public static Manifest parse(Descriptor named, byte[] content) {
    Document.parse("manifest", named.digest(), content).as(named.mediaType());
    return parse(named.digest(), content);
  }
}
