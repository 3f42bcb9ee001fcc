package io.github.ecrcontainerd.it.support;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The AWS CLI, with an environment of its own. */
public final class AwsCli {
  private final Map<String, String> environment = new HashMap<>();

  /**
   * @param environment all that it has, besides the path of its programs
   */
  public AwsCli(Map<String, String> environment) {
    Certificate.ofTheSuite()
        .ifPresent(trusted -> this.environment.put("AWS_CA_BUNDLE", trusted.file().toString()));
    this.environment.putAll(environment);
    this.environment.put("PATH", System.getenv("PATH"));
    this.environment.put("AWS_PAGER", "");
  }

  /**
   * One that finds keys, for a registry that takes any.
   *
   * @param more of its environment
   */
  public static AwsCli withCredentials(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("AWS_ACCESS_KEY_ID", "local");
    environment.put("AWS_SECRET_ACCESS_KEY", "local");
    environment.put("AWS_CONFIG_FILE", "/nonexistent");
    return new AwsCli(environment);
  }

  /** What an operation of Amazon ECR prints; that it fails is a failure of the test. */
  public String ecr(List<String> options, String... operation) {
    return Command.run(command(options, List.of(operation)));
  }

  /** What an operation of Amazon ECR prints that is to fail. */
  public String refusedBy(List<String> options, String... operation) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "! \"$@\" 2>&1", "sh"));
    command.addAll(command(options, List.of(operation)));
    return Command.run(command);
  }

  private List<String> command(List<String> options, List<String> operation) {
    List<String> command = new ArrayList<>(List.of("env", "-i"));
    environment.forEach((variable, value) -> command.add(variable + "=" + value));
    command.addAll(List.of("aws", "--region", "us-west-2"));
    command.addAll(options);
    command.add("ecr");
    command.addAll(operation);
    return command;
  }
}
