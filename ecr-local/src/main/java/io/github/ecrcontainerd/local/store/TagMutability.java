package io.github.ecrcontainerd.local.store;

/** Whether a tag may be moved to another image, with ECR's names. */
public enum TagMutability {
  MUTABLE,
  IMMUTABLE
}
