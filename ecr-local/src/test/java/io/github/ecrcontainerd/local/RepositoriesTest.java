package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.REPOSITORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.ecr.model.ImageTagMutability;
import software.amazon.awssdk.services.ecr.model.InvalidParameterException;
import software.amazon.awssdk.services.ecr.model.Repository;
import software.amazon.awssdk.services.ecr.model.RepositoryAlreadyExistsException;
import software.amazon.awssdk.services.ecr.model.RepositoryNotFoundException;

/** Repositories, and the login that nobody needs here. */
class RepositoriesTest {
  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  @Test
  void makesARepository() {
    Repository made =
        ecr.client()
            .createRepository(
                r -> r.repositoryName("other/one").imageTagMutability(ImageTagMutability.IMMUTABLE))
            .repository();

    assertThat(made.repositoryArn())
        .isEqualTo("arn:aws:ecr:eu-west-1:123456789012:repository/other/one");
    assertThat(made.repositoryUri())
        .isEqualTo("123456789012.dkr.ecr.eu-west-1.amazonaws.com/other/one");
    assertThat(made.imageTagMutability()).isEqualTo(ImageTagMutability.IMMUTABLE);
    assertThat(made.createdAt()).isNotNull();
    assertThat(ecr.directory().resolve("other/one/oci-layout"))
        .hasContent("{\"imageLayoutVersion\":\"1.0.0\"}");
    assertThat(
            ecr.client().describeRepositories(r -> r.repositoryNames("other/one")).repositories())
        .containsExactly(made);
  }

  @Test
  void makesNoRepositoryTwice() {
    assertThatThrownBy(() -> ecr.client().createRepository(r -> r.repositoryName(REPOSITORY)))
        .isInstanceOf(RepositoryAlreadyExistsException.class);
  }

  @Test
  void refusesANameThatIsNone() {
    for (String name :
        List.of(
            "x",
            "UPPER",
            "../x",
            "a//b",
            ".hidden",
            "team/app/blobs",
            "team/index.json/x",
            "a/" + "b".repeat(256))) {
      assertThatThrownBy(() -> ecr.client().createRepository(r -> r.repositoryName(name)))
          .as(name)
          .isInstanceOf(InvalidParameterException.class)
          .hasMessageContaining("repositoryName");
    }
  }

  @Test
  void takesTheNamesThatEcrTakes() {
    for (String name : List.of("a__b", "a--b/c.d", "a/b", "index.json")) {
      ecr.client().createRepository(r -> r.repositoryName(name));
    }
    assertThat(names()).containsExactly("a--b/c.d", "a/b", "a__b", "index.json", REPOSITORY);
  }

  private List<String> names() {
    return ecr.client().describeRepositoriesPaginator(r -> r.maxResults(2)).repositories().stream()
        .map(Repository::repositoryName)
        .toList();
  }

  @Test
  void nestsARepositoryInAnother() {
    ecr.client().createRepository(r -> r.repositoryName(REPOSITORY + "/part"));

    assertThat(names()).containsExactly(REPOSITORY, REPOSITORY + "/part");
  }

  @Test
  void describesNoRepositoryThatIsNotThere() {
    assertThatThrownBy(() -> ecr.client().describeRepositories(r -> r.repositoryNames("nope")))
        .isInstanceOf(RepositoryNotFoundException.class);
  }

  @Test
  void refusesARegistryThatIsNone() {
    assertThatThrownBy(() -> ecr.client().describeRepositories(r -> r.registryId("12")))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("registryId");
  }

  @Test
  void givesALogin() {
    var logins = ecr.client().getAuthorizationToken().authorizationData();

    assertThat(logins)
        .singleElement()
        .satisfies(
            login -> {
              byte[] token = Base64.getDecoder().decode(login.authorizationToken());
              assertThat(new String(token, StandardCharsets.UTF_8)).startsWith("AWS:");
              assertThat(login.proxyEndpoint())
                  .isEqualTo("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com");
              assertThat(login.expiresAt()).isNotNull();
            });
  }
}
