package io.github.ecrcontainerd.it.support;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The AWS CLI, with its own environment. */
public final class AwsCli {
  private final Map<String, String> environment = new HashMap<>();

  /**
   * @param environment all variables, except the path of programs
   */
  public AwsCli(Map<String, String> environment) {
    Certificate.ofTheSuite()
        .ifPresent(trusted -> this.environment.put("AWS_CA_BUNDLE", trusted.file().toString()));
    this.environment.putAll(environment);
    this.environment.put("PATH", System.getenv("PATH"));
    this.environment.put("AWS_PAGER", "");
  }

  /**
   * An AWS CLI with keys, for a registry that accepts any.
   *
   * @param more further variables
   */
  public static AwsCli withCredentials(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("AWS_ACCESS_KEY_ID", "local");
    environment.put("AWS_SECRET_ACCESS_KEY", "local");
    environment.put("AWS_CONFIG_FILE", "/nonexistent");
    return new AwsCli(environment);
  }

  /** The output of an operation of Amazon ECR; the test fails if the operation fails. */
  public String ecr(List<String> options, String... operation) {
    return Command.run(command(options, List.of(operation)));
  }

  /** The output of an operation of Amazon ECR that is expected to fail. */
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
