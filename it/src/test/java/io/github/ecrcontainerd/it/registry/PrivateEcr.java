package io.github.ecrcontainerd.it.registry;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test class an ECR of its own, and a parameter of type {@link LocalEcr} to its methods.
 * All tests of the class share it: each makes repositories of names that the others don't use.
 */
public final class PrivateEcr implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(PrivateEcr.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == LocalEcr.class;
  }

  /** The one of this class; the store closes it. */
  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    // A method's context comes and goes with the method: the class's is above it.
    ExtensionContext ofClass =
        context.getTestMethod().isPresent() ? context.getParent().orElseThrow() : context;
    return ofClass
        .getStore(NAMESPACE)
        .computeIfAbsent(LocalEcr.class, key -> LocalEcr.open(), LocalEcr.class);
  }
}
