package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.ecr.internal.mirror.Mirrors;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.EmbeddedData;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecr.model.BatchGetImageResponse;
import software.amazon.awssdk.services.ecr.model.Image;
import software.amazon.awssdk.services.ecr.model.ImageFailure;
import software.amazon.awssdk.services.ecr.model.ImageIdentifier;

/**
 * Gets manifests and indexes by BatchGetImage. Its answer to a tag contains the manifest itself. A
 * resolution carries it, so a pull needs only one request.
 *
 * <p>A document is parsed here only if the registry doesn't state its type, or if its digest is not
 * that of its bytes (schema 1). The document's reader, which parses it anyway, checks whether it
 * contradicts the type that the registry states.
 */
final class ManifestSource {
  private static final String OPERATION = "BatchGetImage";

  /** The quota of an image manifest (Amazon ECR service quotas), in bytes. */
  static final int MAX_MANIFEST_BYTES = 4_194_304;

  private static final List<String> ACCEPTED =
      List.of(
          MediaTypes.OCI_INDEX,
          MediaTypes.OCI_MANIFEST,
          MediaTypes.DOCKER_LIST,
          MediaTypes.DOCKER_MANIFEST,
          MediaTypes.DOCKER_SCHEMA1_SIGNED,
          MediaTypes.DOCKER_SCHEMA1);

  private final EcrApi api;
  private final Mirrors mirrors;

  /**
   * @param mirrors where manifests are looked for first, by their digest
   */
  ManifestSource(EcrApi api, Mirrors mirrors) {
    this.api = api;
    this.mirrors = mirrors;
  }

  /** Resolves the reference's tag or digest, with the document's bytes. */
  Resolution resolve(EcrReference reference) throws InterruptedException {
    if (reference.tag().isEmpty() && reference.digest().isEmpty()) {
      throw new IllegalArgumentException(
          reference + " names neither a tag nor a digest: append one, for example :latest");
    }
    Image image = get(reference, reference.tag(), reference.digest());
    byte[] content = contentOf(reference, image, null);
    Descriptor target;
    Optional<Digest> expected;
    try {
      target = describe(Objects.requireNonNullElse(image.imageManifestMediaType(), ""), content);
      expected =
          reference
              .digest()
              .or(
                  () ->
                      Optional.ofNullable(image.imageId())
                          .map(ImageIdentifier::imageDigest)
                          .map(Digest::parse));
    } catch (IllegalArgumentException e) {
      throw invalid(reference, null, String.valueOf(e.getMessage()));
    }
    if (expected.isPresent() && !expected.get().equals(target.digest())) {
      throw invalid(
          reference,
          expected.get(),
          "the received bytes have the digest %s".formatted(target.digest()));
    }
    return new Resolution(reference.toString(), target, Optional.of(EmbeddedData.of(content)));
  }

  /**
   * Describes a document.
   *
   * @param said the media type that the registry states, {@code ""} for none
   * @throws IllegalArgumentException if it is not a manifest or index
   */
  private static Descriptor describe(String said, byte[] content) {
    if (MediaTypes.isManifestOrIndex(said) && !MediaTypes.isSchema1(said)) {
      return Descriptor.of(said, content);
    }
    ManifestContent read = ManifestContent.of(content);
    String mediaType = read.mediaType(said);
    return Descriptor.of(mediaType, read.digest(mediaType), content.length);
  }

  /** Gets the bytes of a manifest by its digest. The reader compares them with the digest. */
  EmbeddedData fetch(EcrReference reference, Descriptor manifest) throws InterruptedException {
    Optional<byte[]> mirrored = mirrors.manifest(reference, manifest);
    if (mirrored.isPresent()) {
      return EmbeddedData.of(mirrored.get());
    }
    Image image = get(reference, Optional.empty(), Optional.of(manifest.digest()));
    byte[] content = contentOf(reference, image, manifest.digest());
    if (content.length != manifest.size()) {
      throw invalid(
          reference,
          manifest.digest(),
          "it has %,d bytes, its descriptor says %,d".formatted(content.length, manifest.size()));
    }
    return EmbeddedData.of(content);
  }

  private Image get(EcrReference reference, Optional<String> tag, Optional<Digest> digest)
      throws InterruptedException {
    ImageIdentifier id =
        ImageIdentifier.builder()
            .imageTag(tag.orElse(null))
            .imageDigest(digest.map(Digest::toString).orElse(null))
            .build();
    BatchGetImageResponse answer =
        api.call(
            OPERATION,
            reference,
            digest.orElse(null),
            ecr ->
                ecr.batchGetImage(
                    request ->
                        request
                            .registryId(reference.account())
                            .repositoryName(reference.repository())
                            .imageIds(id)
                            .acceptedMediaTypes(ACCEPTED)));
    for (ImageFailure failure : answer.failures()) {
      throw explain(reference, digest.orElse(null), failure);
    }
    if (answer.images().isEmpty()) {
      throw invalid(reference, digest.orElse(null), "the answer holds no image");
    }
    return answer.images().getFirst();
  }

  private static byte[] contentOf(EcrReference reference, Image image, @Nullable Digest digest) {
    String manifest = image.imageManifest();
    if (manifest == null || manifest.isEmpty()) {
      throw invalid(reference, digest, "it is empty");
    }
    byte[] content = manifest.getBytes(StandardCharsets.UTF_8);
    if (content.length > MAX_MANIFEST_BYTES) {
      throw invalid(
          reference,
          digest,
          "it has %,d bytes; a manifest has at most %,d"
              .formatted(content.length, MAX_MANIFEST_BYTES));
    }
    return content;
  }

  private static ResolverException explain(
      EcrReference reference, @Nullable Digest digest, ImageFailure failure) {
    Code code =
        switch (failure.failureCode()) {
          case IMAGE_NOT_FOUND -> Code.NOT_FOUND;
          case IMAGE_TAG_DOES_NOT_MATCH_DIGEST -> Code.CONFLICT;
          case UPSTREAM_ACCESS_DENIED -> Code.DENIED;
          case UPSTREAM_TOO_MANY_REQUESTS -> Code.THROTTLED;
          case UPSTREAM_UNAVAILABLE, IMAGE_INACCESSIBLE -> Code.UNAVAILABLE;
          case null, default -> Code.REJECTED;
        };
    String said =
        Stream.of(failure.failureCodeAsString(), failure.failureReason())
            .filter(Objects::nonNull)
            .collect(Collectors.joining(": "));
    String reason =
        switch (failure.failureCode()) {
          case IMAGE_NOT_FOUND -> "the repository has no such image";
          case IMAGE_TAG_DOES_NOT_MATCH_DIGEST -> "the tag names another digest";
          case IMAGE_INACCESSIBLE ->
              said + ". If it is archived, restore it: aws ecr update-image-storage-class";
          case UPSTREAM_ACCESS_DENIED ->
              said + ". Check the secret that the registry's pull-through cache rule names";
          case null, default -> said;
        };
    return new ResolverException(
        code,
        OPERATION,
        reference.toString(),
        digest,
        "No %s: %s".formatted(reference, reason),
        null);
  }

  private static ResolverException invalid(
      EcrReference reference, @Nullable Digest digest, String reason) {
    String subject = digest == null ? reference.toString() : digest + " in " + reference;
    return new ResolverException(
        Code.INVALID_CONTENT,
        OPERATION,
        reference.toString(),
        digest,
        "The manifest of %s is not valid: %s".formatted(subject, reason),
        null);
  }
}
