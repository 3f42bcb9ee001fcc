package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Registry;
import io.github.ecrcontainerd.local.store.Repository;
import io.github.ecrcontainerd.local.store.RepositoryName;
import io.github.ecrcontainerd.local.store.TagMutability;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import org.jspecify.annotations.Nullable;

/** Creates a repository. */
final class CreateRepository implements EcrOperation<CreateRepository.Request> {

  record Request(
      @Nullable String registryId,
      @Nullable String repositoryName,
      @Nullable String imageTagMutability) {}

  record Response(RepositoryAnswer repository) {}

  private final Registry registry;

  CreateRepository(Registry registry) {
    this.registry = registry;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    String registryId = Repositories.registryId(request.registryId());
    RepositoryName name = Repositories.name(request.repositoryName());
    TagMutability mutability = mutability(request.imageTagMutability());
    try {
      Repository repository = registry.create(name, mutability);
      return new Response(RepositoryAnswer.of(repository, registryId, call.region()));
    } catch (FileAlreadyExistsException e) {
      throw new EcrError(
          "RepositoryAlreadyExistsException",
          "The repository with name '%s' already exists in the registry with id '%s'"
              .formatted(name, registryId));
    }
  }

  private static TagMutability mutability(@Nullable String text) {
    if (text == null) {
      return TagMutability.MUTABLE;
    }
    try {
      return TagMutability.valueOf(text);
    } catch (IllegalArgumentException e) {
      throw EcrError.constraint(
          "imageTagMutability", "Member must satisfy enum value set: [MUTABLE, IMMUTABLE]");
    }
  }
}
