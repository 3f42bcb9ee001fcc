package io.github.ecrcontainerd.local.store;

import java.util.regex.Pattern;

/** The form of a tag. */
public final class Tag {

  /** The expression of the OCI distribution specification, which ECR's documentation also uses. */
  public static final String EXPRESSION = "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}";

  private static final Pattern PATTERN = Pattern.compile(EXPRESSION);

  private Tag() {}

  /** Whether it is well-formed. */
  public static boolean isTag(String text) {
    return PATTERN.matcher(text).matches();
  }
}
