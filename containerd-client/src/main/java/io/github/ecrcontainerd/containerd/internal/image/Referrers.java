package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.resolver.Digest;
import java.util.Map;

/**
 * How the records of referrers are found: each bears the digest of what it refers to as a label,
 * because containerd does not look into manifests.
 */
public final class Referrers {
  /** On an image record: the digest of what the manifest refers to. */
  public static final String SUBJECT = "io.github.ecrcontainerd/subject";

  private Referrers() {}

  /** The labels of a referrer's record. */
  public static Map<String, String> labels(Digest subject) {
    return Map.of(SUBJECT, subject.toString());
  }

  /** The filter that finds the records of a subject's referrers. */
  public static String filter(Digest subject) {
    return "labels.\"%s\"==\"%s\"".formatted(SUBJECT, subject);
  }

  /**
   * The name of a referrer's record: the image's, with the referrer's digest for tag and digest.
   *
   * @param imageName what the image is kept under
   */
  public static String nameOf(String imageName, Digest referrer) {
    int at = imageName.indexOf('@');
    String tagged = at < 0 ? imageName : imageName.substring(0, at);
    int colon = tagged.lastIndexOf(':');
    return (colon > tagged.lastIndexOf('/') ? tagged.substring(0, colon) : tagged) + "@" + referrer;
  }
}
