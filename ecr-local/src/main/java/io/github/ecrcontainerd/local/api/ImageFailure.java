package io.github.ecrcontainerd.local.api;

/** Why one image of a batch was not dealt with. */
record ImageFailure(ImageId imageId, String failureCode, String failureReason) {}
