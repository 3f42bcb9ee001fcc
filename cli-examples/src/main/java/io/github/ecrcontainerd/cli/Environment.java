package io.github.ecrcontainerd.cli;

import java.util.Optional;

/** The environment variables of the Go programs that these replace. */
final class Environment {

  private Environment() {}

  /** A variable that is set and not empty. */
  static Optional<String> get(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }
}
