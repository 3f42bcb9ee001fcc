package io.github.ecrcontainerd.containerd.internal.image;

/** The limits of an image's graph, which is untrusted input. */
public final class Limits {
  /** The size of one document, in bytes: Amazon ECR's quota of a manifest (4 MiB). */
  public static final int MAX_DOCUMENT_BYTES = 4 << 20;

  /** The total size of one image's documents, in bytes (16 MiB). They are held in memory. */
  public static final long MAX_GRAPH_BYTES = 4L * MAX_DOCUMENT_BYTES;

  /** The maximum number of nested indexes above a manifest. Tools nest them once at most. */
  public static final int MAX_INDEX_DEPTH = 4;

  /** The maximum depth of referrers of referrers. A signature of an SBOM has a depth of two. */
  public static final int MAX_REFERRER_DEPTH = 4;

  /** The maximum number of referrers of one image. */
  public static final int MAX_REFERRERS = 1000;

  private Limits() {}
}
