package io.github.ecrcontainerd.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version of the jar. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "ecr "
          + Optional.ofNullable(Ecr.class.getPackage().getImplementationVersion())
              .orElse("(not from a jar)")
    };
  }
}
