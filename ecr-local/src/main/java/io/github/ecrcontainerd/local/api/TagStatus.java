package io.github.ecrcontainerd.local.api;

import org.jspecify.annotations.Nullable;

/** The images that a list includes. */
enum TagStatus {
  TAGGED,
  UNTAGGED,
  ANY;

  /** The filter member of ListImages and DescribeImages. */
  record Filter(@Nullable String tagStatus) {}

  static TagStatus of(@Nullable Filter filter) {
    if (filter == null || filter.tagStatus() == null) {
      return ANY;
    }
    try {
      return valueOf(filter.tagStatus());
    } catch (IllegalArgumentException e) {
      throw EcrError.constraint(
          "filter.tagStatus", "Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]");
    }
  }

  boolean includes(boolean tagged) {
    return this == ANY || (this == TAGGED) == tagged;
  }
}
