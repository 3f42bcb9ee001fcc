package io.github.ecrcontainerd.local.store;

/** Whether a tag may be moved to another image, in ECR's words. */
public enum TagMutability {
  MUTABLE,
  IMMUTABLE
}
