package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.store.Catalog;
import io.github.ecrcontainerd.local.store.Repository;
import io.github.ecrcontainerd.local.store.Upload;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The repository that a call is about.
 *
 * @param registryId the account, as the caller states it
 * @param repository the repository
 */
record Target(String registryId, Repository repository) {

  String name() {
    return repository.name().value();
  }

  Catalog images() throws IOException {
    return repository.images();
  }

  /** The repository's name in ECR's messages. */
  String inWords() {
    return "the repository with name '%s' in the registry with id '%s'"
        .formatted(name(), registryId);
  }

  /**
   * An upload to it.
   *
   * @throws EcrError if there is none
   * @throws IOException if an upload that is to be lost can't be removed
   */
  Upload upload(@Nullable String uploadId, Call call) throws IOException {
    String id = Parameters.uploadId(uploadId);
    Optional<Upload> found = repository.uploads().find(id);
    if (found.isPresent() && call.fault() instanceof ApiFault.UploadLost) {
      repository.uploads().end(found.get());
      found = Optional.empty();
    }
    return found.orElseThrow(
        () ->
            new EcrError(
                "UploadNotFoundException",
                "An upload with id '%s' could not be found in %s".formatted(id, inWords())));
  }
}
