package io.github.ecrcontainerd.testing;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.local.EcrLocal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * An Amazon ECR on this machine, in this process. Its repositories are OCI image layouts in a
 * temporary directory. A push creates its repository. Safe for use by several threads.
 */
public final class TestRegistry implements AutoCloseable {
  private static final String REPOSITORIES =
      "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/";

  private final Path directory;
  private final EcrLocal ecr;

  private TestRegistry(Path directory) throws IOException {
    this.directory = directory;
    this.ecr = EcrLocal.builder().directory(directory).createOnPush(true).start();
  }

  /**
   * Starts a registry on free ports, with plain HTTP.
   *
   * @throws IOException if its directory can't be created, or no port is available
   */
  public static TestRegistry start() throws IOException {
    return new TestRegistry(Files.createTempDirectory("ecr-testing"));
  }

  /**
   * The directory of its repositories. Each OCI image layout below it is a repository, named by its
   * path.
   */
  public Path directory() {
    return directory;
  }

  /** The server, with its endpoints, conditions and counters. */
  public EcrLocal ecr() {
    return ecr;
  }

  /** The reference of an image by repository and tag, in the region us-west-2. */
  public String reference(String repository, String tag) {
    return REPOSITORIES + repository + ":" + tag;
  }

  /**
   * A builder of a resolver for this registry, with dummy credentials. The caller closes the
   * resolver.
   */
  public EcrResolver.Builder resolver() {
    return EcrResolver.builder()
        .endpointOverride(ecr.endpoint())
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")));
  }

  /** Ends the registry, and removes its directory. */
  @Override
  public void close() throws IOException {
    ecr.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(file);
      }
    }
  }
}
