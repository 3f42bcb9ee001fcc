package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.ecr.internal.api.EcrApi;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecr.model.ImageReferrer;
import software.amazon.awssdk.services.ecr.model.ListImageReferrersResponse;

/** Lists the referrers of an image by ListImageReferrers, page by page. */
record ReferrerList(EcrApi api) {
  private static final String OPERATION = "ListImageReferrers";

  /** The API's largest page (maxResults in its reference). */
  private static final int MAX_PAGE_RESULTS = 50;

  /** More than any image has. An endless list would take all memory. */
  private static final int MAX_PAGES = 100;

  List<Descriptor> of(EcrReference reference, Descriptor subject) throws InterruptedException {
    List<Descriptor> referrers = new ArrayList<>();
    String next = null;
    int pages = 0;
    do {
      if (++pages > MAX_PAGES) {
        throw invalid(reference, subject, "it has more than %d pages".formatted(MAX_PAGES), null);
      }
      ListImageReferrersResponse page = page(reference, subject, next);
      for (ImageReferrer referrer : page.referrers()) {
        referrers.add(descriptor(reference, subject, referrer));
      }
      next = page.nextToken();
    } while (next != null);
    return referrers;
  }

  private ListImageReferrersResponse page(
      EcrReference reference, Descriptor subject, @Nullable String token)
      throws InterruptedException {
    return api.call(
        OPERATION,
        reference,
        subject.digest(),
        ecr ->
            ecr.listImageReferrers(
                request ->
                    request
                        .registryId(reference.account())
                        .repositoryName(reference.repository())
                        .subjectId(id -> id.imageDigest(subject.digest().toString()))
                        .maxResults(MAX_PAGE_RESULTS)
                        .nextToken(token)));
  }

  private static Descriptor descriptor(
      EcrReference reference, Descriptor subject, ImageReferrer referrer) {
    try {
      return new Descriptor(
          referrer.mediaType(),
          Digest.parse(referrer.digest()),
          referrer.size(),
          Optional.empty(),
          List.<URI>of(),
          referrer.annotations(),
          Optional.ofNullable(referrer.artifactType()));
    } catch (IllegalArgumentException | NullPointerException e) {
      throw invalid(reference, subject, e.getMessage(), e);
    }
  }

  private static ResolverException invalid(
      EcrReference reference,
      Descriptor subject,
      @Nullable String reason,
      @Nullable Throwable cause) {
    return new ResolverException(
        Code.INVALID_CONTENT,
        OPERATION,
        reference.toString(),
        subject.digest(),
        "The list of referrers of %s in %s is not valid: %s"
            .formatted(subject.digest(), reference, reason),
        cause);
  }
}
