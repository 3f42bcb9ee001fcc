package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Registry;
import io.github.ecrcontainerd.local.store.Repository;
import io.github.ecrcontainerd.local.store.RepositoryName;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the repository of a request's {@code registryId} and {@code repositoryName}. */
final class Repositories {
  /** The registry of a request without one: the account in AWS's documentation. */
  private static final String DEFAULT_REGISTRY = "123456789012";

  private static final Pattern REGISTRY_ID = Pattern.compile("[0-9]{12}");

  private final Registry registry;

  Repositories(Registry registry) {
    this.registry = registry;
  }

  static String registryId(@Nullable String registryId) {
    if (registryId == null) {
      return DEFAULT_REGISTRY;
    }
    if (!REGISTRY_ID.matcher(registryId).matches()) {
      throw EcrError.constraint("registryId", "must satisfy regular expression '[0-9]{12}'");
    }
    return registryId;
  }

  static RepositoryName name(@Nullable String repositoryName) {
    try {
      return new RepositoryName(Parameters.required("repositoryName", repositoryName));
    } catch (IllegalArgumentException e) {
      throw EcrError.constraint("repositoryName", String.valueOf(e.getMessage()));
    }
  }

  /**
   * A repository.
   *
   * @throws EcrError if there is none
   */
  Target find(@Nullable String registryId, @Nullable String repositoryName) {
    RepositoryName name = name(repositoryName);
    return target(registryId(registryId), name, registry.find(name));
  }

  /**
   * The repository that a push is about to write to. It may still have to be created.
   *
   * @throws EcrError if there is none, and a push doesn't create it
   */
  Target findForPush(@Nullable String registryId, @Nullable String repositoryName) {
    RepositoryName name = name(repositoryName);
    return target(registryId(registryId), name, registry.findForPush(name));
  }

  /**
   * The repository that a push writes to, created if a push creates it.
   *
   * @throws EcrError if there is none, and a push doesn't create it
   */
  Target openForPush(@Nullable String registryId, @Nullable String repositoryName)
      throws IOException {
    String id = registryId(registryId);
    RepositoryName name = name(repositoryName);
    return target(id, name, registry.openForPush(name));
  }

  private static Target target(String id, RepositoryName name, Optional<Repository> repository) {
    return new Target(
        id,
        repository.orElseThrow(
            () ->
                new EcrError(
                    "RepositoryNotFoundException",
                    "The repository with name '%s' does not exist in the registry with id '%s'"
                        .formatted(name, id))));
  }
}
