package io.github.ecrcontainerd.local.store;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * The name of a repository, including slashes. Every instance is well-formed: as a path, it stays
 * under the directory that it is resolved against, and never conflicts with a layout's own files.
 *
 * @param value the name
 */
public record RepositoryName(String value) implements Comparable<RepositoryName> {

  /** ECR's own expression (RepositoryName in the model of its API). */
  public static final String EXPRESSION =
      "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*";

  private static final Pattern PATTERN = Pattern.compile(EXPRESSION);

  /** The files of a layout, which can't be names of a repository below another one. */
  private static final Set<String> OF_A_LAYOUT = Set.of("blobs", "index.json", "oci-layout");

  public RepositoryName {
    if (value.length() < 2 || value.length() > 256) {
      throw new IllegalArgumentException("must have a length between 2 and 256");
    }
    if (!PATTERN.matcher(value).matches()) {
      throw new IllegalArgumentException("must satisfy regular expression '" + EXPRESSION + "'");
    }
    String[] parts = value.split("/", -1);
    for (int i = 1; i < parts.length; i++) {
      if (OF_A_LAYOUT.contains(parts[i])) {
        throw new IllegalArgumentException(
            "must not hold '/" + parts[i] + "', which is a file of an image layout");
      }
    }
  }

  @Override
  public int compareTo(RepositoryName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
