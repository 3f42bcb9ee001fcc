package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.ecr.internal.api.AvailableLayers;
import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.ecr.internal.api.FailedCall;
import io.github.ecrcontainerd.ecr.internal.upload.LayerUpload;
import io.github.ecrcontainerd.ecr.internal.upload.UploadBudget;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import software.amazon.awssdk.services.ecr.model.ImageAlreadyExistsException;
import software.amazon.awssdk.services.ecr.model.ImageIdentifier;
import software.amazon.awssdk.services.ecr.model.ImageTagAlreadyExistsException;

/** Writes one repository. */
record EcrPusher(EcrReference reference, EcrApi api, UploadBudget budget) implements Pusher {
  @Override
  public Set<Digest> missing(Collection<Descriptor> blobs) throws InterruptedException {
    List<Digest> asked = blobs.stream().map(Descriptor::digest).toList();
    Map<Digest, OptionalLong> available = new AvailableLayers(api).of(reference, asked);
    Set<Digest> missing = new LinkedHashSet<>();
    for (Descriptor blob : blobs) {
      OptionalLong size = available.get(blob.digest());
      if (size == null) {
        missing.add(blob.digest());
      } else if (size.isPresent() && size.getAsLong() != blob.size()) {
        throw new ResolverException(
            Code.CONFLICT,
            "BatchCheckLayerAvailability",
            reference.toString(),
            blob.digest(),
            "%s of %s has %,d bytes; its descriptor says %,d"
                .formatted(blob.digest(), reference, size.getAsLong(), blob.size()),
            null);
      }
    }
    return missing;
  }

  @Override
  public BlobWriter write(Descriptor blob) throws InterruptedException {
    return LayerUpload.begin(api, budget, reference, blob);
  }

  @Override
  public void putManifest(Descriptor manifest, byte[] content) throws InterruptedException {
    put(manifest, content, Optional.empty());
  }

  @Override
  public void checkRoot(Descriptor root) {
    if (reference.digest().filter(digest -> !digest.equals(root.digest())).isPresent()) {
      throw new ResolverException(
          Code.CONFLICT,
          "PutImage",
          reference.toString(),
          root.digest(),
          "Push to %s refused: the image has the digest %s".formatted(reference, root.digest()),
          null);
    }
  }

  @Override
  public void putRoot(Descriptor root, byte[] content) throws InterruptedException {
    checkRoot(root);
    put(root, content, reference.tag());
  }

  private void put(Descriptor manifest, byte[] content, Optional<String> tag)
      throws InterruptedException {
    try {
      api.attempt(
          "PutImage",
          reference,
          manifest.digest(),
          ecr ->
              ecr.putImage(
                  request ->
                      request
                          .registryId(reference.account())
                          .repositoryName(reference.repository())
                          .imageManifest(new String(content, StandardCharsets.UTF_8))
                          .imageManifestMediaType(manifest.mediaType())
                          .imageDigest(manifest.digest().toString())
                          .imageTag(tag.orElse(null))));
    } catch (FailedCall e) {
      switch (e.failure()) {
        case ImageTagAlreadyExistsException _ -> {
          // Also thrown for the same image, if another push tagged it first.
          if (tag.isEmpty() || !isTagged(tag.get(), manifest.digest())) {
            throw new ResolverException(
                Code.CONFLICT,
                "PutImage",
                reference.toString(),
                manifest.digest(),
                "Push to %s refused: its tag is immutable and names another image. Choose another tag"
                    .formatted(reference),
                e.told());
          }
        }
        case ImageAlreadyExistsException _ -> {
          // The registry already has the same image under the same tag.
        }
        default -> throw e.told();
      }
    }
  }

  /** Whether a tag names the image with this digest. */
  private boolean isTagged(String tag, Digest digest) throws InterruptedException {
    return api
        .call(
            "BatchGetImage",
            reference,
            digest,
            ecr ->
                ecr.batchGetImage(
                    request ->
                        request
                            .registryId(reference.account())
                            .repositoryName(reference.repository())
                            .imageIds(ImageIdentifier.builder().imageTag(tag).build())))
        .images()
        .stream()
        .anyMatch(image -> digest.toString().equals(image.imageId().imageDigest()));
  }
}
