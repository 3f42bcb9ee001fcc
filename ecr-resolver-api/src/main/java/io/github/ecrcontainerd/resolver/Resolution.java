package io.github.ecrcontainerd.resolver;

import java.util.Optional;

/**
 * The manifest or index that a reference names.
 *
 * <p>If the registry's answer contains the document, it is passed on here, so that it needn't be
 * fetched again. The resolver has compared these bytes with the target's digest, so a reader
 * needn't hash them again. Docker's signed schema 1 is the exception. Its digest is that of the
 * signed payload and not of these bytes, so a program that converts such a document verifies its
 * signatures.
 *
 * @param name the reference in its canonical form, the name to keep the image under
 * @param target the manifest or index that it names
 * @param document the bytes of that manifest or index, if the resolver has them
 */
public record Resolution(String name, Descriptor target, Optional<EmbeddedData> document) {

  /**
   * @throws IllegalArgumentException if the document is longer or shorter than the target says
   */
  public Resolution {
    if (document.isPresent() && document.get().size() != target.size()) {
      throw new IllegalArgumentException(
          "The document of %s has %,d bytes, its descriptor says %,d"
              .formatted(target.digest(), document.get().size(), target.size()));
    }
  }

  /** A resolution without the document's bytes, which must be fetched. */
  public Resolution(String name, Descriptor target) {
    this(name, target, Optional.empty());
  }
}
