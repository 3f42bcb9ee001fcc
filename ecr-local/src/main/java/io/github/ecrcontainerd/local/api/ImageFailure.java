package io.github.ecrcontainerd.local.api;

/** Why one image of a batch was not processed. */
record ImageFailure(ImageId imageId, String failureCode, String failureReason) {}
