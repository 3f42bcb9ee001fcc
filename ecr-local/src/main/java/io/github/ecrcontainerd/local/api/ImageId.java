package io.github.ecrcontainerd.local.api;

import org.jspecify.annotations.Nullable;

/** ECR's ImageIdentifier: a digest, a tag, or both. */
record ImageId(@Nullable String imageDigest, @Nullable String imageTag) {}
