package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.support.AwsCli;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A home directory and variables, all that {@code ecr} and the AWS CLI have in common to find
 * credentials by. Both ask for a repository that isn't there.
 */
final class AwsEnvironment {
  private static final String REFERENCE =
      "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:latest";

  /** Whose refusal or silence comes from a stub is told within that time. */
  private static final Duration DEADLINE = Duration.ofSeconds(35);

  private final Path home;
  private final List<String> options;
  private final Map<String, String> variables = new HashMap<>();

  /**
   * One without credentials.
   *
   * @param home an empty directory
   * @param options that both are started with
   */
  AwsEnvironment(Path home, String... options) throws IOException {
    this.home = home;
    this.options = List.of(options);
    Files.createDirectory(home.resolve(".aws"));
    set("HOME", home.toString());
    set("AWS_EC2_METADATA_DISABLED", "true");
  }

  void set(String variable, String value) {
    variables.put(variable, value);
  }

  void set(Map<String, String> values) {
    variables.putAll(values);
  }

  void unset(String variable) {
    variables.remove(variable);
  }

  /** Writes a file in the home directory. */
  Path write(String file, String text) throws IOException {
    Path path = home.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text);
  }

  /** The command, to be run. */
  EcrCommand ecr() {
    return EcrCommand.plain().with(variables);
  }

  /** Lets {@code ecr} ask, and checks that the registry has answered it. */
  void askByEcr(String... more) throws InterruptedException {
    assertThat(pull(List.of(more)).err())
        .contains("registry 123456789012 has no repository app in us-west-2");
  }

  /** Lets the AWS CLI ask, and checks that the registry has answered it. */
  void askByTheAwsCli(String... more) {
    List<String> all = Stream.concat(options.stream(), Stream.of(more)).toList();
    assertThat(new AwsCli(variables).refusedBy(all, "describe-repositories")).contains("no app");
  }

  /** Checks that {@code ecr} says in time, and in one line for its user, why it can't ask. */
  void assertRefused(List<String> more, String... words) throws InterruptedException {
    long began = System.nanoTime();

    Ended ended = pull(more);

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err().lines().filter(line -> line.startsWith("ecr: ")).toList())
        .singleElement()
        .asString()
        .contains(words)
        .doesNotContain("software.amazon", "Exception");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(DEADLINE);
  }

  private Ended pull(List<String> more) throws InterruptedException {
    List<String> line = new ArrayList<>(List.of("pull"));
    line.addAll(options);
    line.addAll(more);
    line.add(REFERENCE);
    return ecr().run(line.toArray(String[]::new));
  }
}
