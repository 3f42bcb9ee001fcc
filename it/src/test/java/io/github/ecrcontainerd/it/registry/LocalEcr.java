package io.github.ecrcontainerd.it.registry;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.support.Certificate;
import io.github.ecrcontainerd.local.EcrLocal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A test's own ECR, over image layouts in a temporary directory. */
public final class LocalEcr implements AutoCloseable {
  private final Path directory;
  private final EcrLocal server;

  private LocalEcr(Path directory, EcrLocal.Builder server) throws IOException {
    this.directory = directory;
    this.server = server.directory(directory).start();
  }

  /** An ECR without a repository. It speaks TLS if these tests do. */
  public static LocalEcr open() {
    return Certificate.ofTheSuite().map(LocalEcr::openOverTls).orElseGet(LocalEcr::openWithoutTls);
  }

  /** An ECR that speaks TLS. */
  public static LocalEcr openOverTls(Certificate certificate) {
    try {
      return open(EcrLocal.builder().tls(certificate.file(), certificate.key()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An ECR that speaks TLS with a certificate that it makes, whatever the others do. */
  public static LocalEcr openOverTls() {
    return open(EcrLocal.builder().tls());
  }

  /** An ECR that speaks no TLS, whatever the others do. */
  public static LocalEcr openWithoutTls() {
    return open(EcrLocal.builder());
  }

  private static LocalEcr open(EcrLocal.Builder server) {
    try {
      return new LocalEcr(Files.createTempDirectory("ecr"), server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its counters and conditions. */
  public EcrLocal server() {
    return server;
  }

  /** Makes an empty repository. */
  public OciLayout repository(String name) {
    return OciLayout.create(directory.resolve(name));
  }

  /** An existing repository, to be read. */
  public OciLayout existing(String name) {
    return OciLayout.in(directory.resolve(name));
  }

  /** The directory of a repository. */
  public Path repositoryPath(String name) {
    return directory.resolve(name);
  }

  /** A reference with this tag. */
  public String reference(String repository, String tag) {
    return "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/" + repository + ":" + tag;
  }

  /** A builder of resolvers for this ECR. The caller closes them. */
  public EcrResolver.Builder resolver() {
    return EcrResolver.builder()
        .endpointOverride(server.endpoint())
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
  }

  @Override
  public void close() {
    try {
      server.close();
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
