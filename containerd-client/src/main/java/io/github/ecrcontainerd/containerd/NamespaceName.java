package io.github.ecrcontainerd.containerd;

import java.util.Map;
import java.util.regex.Pattern;

/** Checks a namespace's name by the rules of containerd's "identifiers" package. */
final class NamespaceName {
  private static final String VARIABLE = "CONTAINERD_NAMESPACE";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]+([._-][A-Za-z0-9]+)*");
  private static final int LONGEST = 76;

  private NamespaceName() {}

  /**
   * Returns the name unchanged.
   *
   * @throws IllegalArgumentException if the daemon would not take it
   */
  static String check(String name) {
    if (name.length() > LONGEST || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Not a name for a namespace of containerd: \"%s\". It has letters and digits, with a single"
                  .formatted(name)
              + " . _ or - between them, %d at most".formatted(LONGEST));
    }
    return name;
  }

  /**
   * Returns the name from the environment, or {@code default} if it is not set.
   *
   * @throws IllegalArgumentException if the daemon would not take it
   */
  static String find(Map<String, String> environment) {
    String named = environment.getOrDefault(VARIABLE, "");
    try {
      return named.isEmpty() ? "default" : check(named);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(VARIABLE + ": " + e.getMessage(), e);
    }
  }
}
