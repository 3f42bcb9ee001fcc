package io.github.ecrcontainerd.it.support;

import java.nio.file.Path;
import java.util.List;

/** Programs that Debian has and that the tests use without an installation. */
public final class DebianPrograms {

  private DebianPrograms() {}

  /**
   * The directory of oras, crane and docker-registry: the system property {@code it.tools}, or what
   * {@code bin/image-tools} downloads.
   */
  public static Path imageTools() {
    return path("it.tools", "../bin/image-tools");
  }

  /** nginx: the system property {@code it.nginx}, or what {@code bin/nginx} downloads. */
  public static Path nginx() {
    return path("it.nginx", "../bin/nginx");
  }

  private static Path path(String property, String script) {
    String given = System.getProperty(property);
    return Path.of(given != null ? given : Command.run(List.of(script)).strip());
  }
}
