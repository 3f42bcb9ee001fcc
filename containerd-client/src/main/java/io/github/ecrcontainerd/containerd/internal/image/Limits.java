package io.github.ecrcontainerd.containerd.internal.image;

/** Every bound on the graph of an image, whose author we don't trust. */
public final class Limits {
  /** The size of one document, in bytes: Amazon ECR's quota of a manifest (4 MiB). */
  public static final int MAX_DOCUMENT_BYTES = 4 << 20;

  /**
   * The size of all documents of one image together, in bytes: they are held in memory (16 MiB).
   */
  public static final long MAX_GRAPH_BYTES = 4L * MAX_DOCUMENT_BYTES;

  /** How many indexes may lie between the root and a manifest; tools nest them once at most. */
  public static final int MAX_INDEX_DEPTH = 4;

  /** How far referrers of referrers are followed: a signature of an SBOM is at a depth of two. */
  public static final int MAX_REFERRER_DEPTH = 4;

  /** How many referrers of one image are taken along. */
  public static final int MAX_REFERRERS = 1000;

  private Limits() {}
}
