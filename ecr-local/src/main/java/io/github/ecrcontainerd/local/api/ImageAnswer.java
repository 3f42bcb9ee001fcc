package io.github.ecrcontainerd.local.api;

/** ECR's Image. */
record ImageAnswer(
    String registryId,
    String repositoryName,
    ImageId imageId,
    String imageManifest,
    String imageManifestMediaType) {}
