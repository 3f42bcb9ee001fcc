package io.github.ecrcontainerd.it.registry;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test class its own ECR, and a parameter of type {@link LocalEcr} to its methods. All
 * tests of the class share it: each uses its own repository names.
 */
public final class PrivateEcr implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(PrivateEcr.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == LocalEcr.class;
  }

  /** The ECR of this class; the store closes it. */
  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    // A method's context ends with the method: the class's is its parent.
    ExtensionContext ofClass =
        context.getTestMethod().isPresent() ? context.getParent().orElseThrow() : context;
    return ofClass
        .getStore(NAMESPACE)
        .computeIfAbsent(LocalEcr.class, key -> LocalEcr.open(), LocalEcr.class);
  }
}
