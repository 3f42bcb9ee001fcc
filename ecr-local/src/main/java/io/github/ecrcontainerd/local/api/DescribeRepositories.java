package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Registry;
import io.github.ecrcontainerd.local.store.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The repositories of the registry. */
final class DescribeRepositories implements EcrOperation<DescribeRepositories.Request> {
  private static final int LONGEST_PAGE = 1000;

  record Request(
      @Nullable String registryId,
      @Nullable List<@Nullable String> repositoryNames,
      @Nullable String nextToken,
      @Nullable Integer maxResults) {}

  record Response(List<RepositoryAnswer> repositories, @Nullable String nextToken) {}

  private final Registry registry;
  private final Repositories repositories;

  DescribeRepositories(Registry registry, Repositories repositories) {
    this.registry = registry;
    this.repositories = repositories;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    String registryId = Repositories.registryId(request.registryId());
    List<Repository> found =
        request.repositoryNames() == null
            ? registry.repositories()
            : Parameters.batch("repositoryNames", request.repositoryNames()).stream()
                .distinct()
                .map(name -> repositories.find(registryId, name).repository())
                .toList();
    Page<Repository> page =
        Page.of(
            found,
            repository -> repository.name().value(),
            request.nextToken(),
            request.maxResults(),
            LONGEST_PAGE);
    List<RepositoryAnswer> answers = new ArrayList<>();
    for (Repository repository : page.items()) {
      answers.add(RepositoryAnswer.of(repository, registryId, call.region()));
    }
    return new Response(answers, page.nextToken());
  }
}
