package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.resolver.Digest;
import java.util.Map;

/**
 * The image records of referrers. Each has a label with the digest of its subject, because
 * containerd does not read the subject in manifests.
 */
public final class Referrers {
  /** On an image record: the digest of the manifest's subject. */
  public static final String SUBJECT = "io.github.ecrcontainerd/subject";

  private Referrers() {}

  /** Returns the labels of a referrer's record. */
  public static Map<String, String> labels(Digest subject) {
    return Map.of(SUBJECT, subject.toString());
  }

  /** Returns the filter for the records of a subject's referrers. */
  public static String filter(Digest subject) {
    return "labels.\"%s\"==\"%s\"".formatted(SUBJECT, subject);
  }

  /**
   * Returns the name of a referrer's record: the image's name, with the referrer's digest instead
   * of its tag and digest.
   *
   * @param imageName the name of the image's record
   */
  public static String nameOf(String imageName, Digest referrer) {
    int at = imageName.indexOf('@');
    String tagged = at < 0 ? imageName : imageName.substring(0, at);
    int colon = tagged.lastIndexOf(':');
    return (colon > tagged.lastIndexOf('/') ? tagged.substring(0, colon) : tagged) + "@" + referrer;
  }
}
