package io.github.ecrcontainerd.testing;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.ecr.EcrResolver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Creates the parameters of {@link WithEcrAndContainerd}. The store closes them in reverse order.
 */
final class EcrAndContainerd implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(EcrAndContainerd.class);
  private static final String BASE = "ecrcontainerd.testing.base";
  private static final Set<Class<?>> TYPES =
      Set.of(
          TestRegistry.class, EcrResolver.class, ContainerdContainer.class, ContainerdClient.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return TYPES.contains(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Store store = ofClass(context).getStore(NAMESPACE);
    Class<?> type = parameter.getParameter().getType();
    if (type == TestRegistry.class) {
      return registry(store);
    }
    if (type == EcrResolver.class) {
      TestRegistry registry = registry(store);
      return store.computeIfAbsent(
          EcrResolver.class, key -> registry.resolver().build(), EcrResolver.class);
    }
    ContainerdContainer daemon =
        store.computeIfAbsent(
            ContainerdContainer.class,
            key -> startContainerd(base(context)),
            ContainerdContainer.class);
    return type == ContainerdContainer.class
        ? daemon
        : store.computeIfAbsent(
            ContainerdClient.class,
            key -> ContainerdClient.builder().address(daemon.socket()).build(),
            ContainerdClient.class);
  }

  /**
   * The context of the class, which is the parent of a method's. A method's context ends with the
   * method.
   */
  private static ExtensionContext ofClass(ExtensionContext context) {
    return context.getTestMethod().isPresent() ? context.getParent().orElseThrow() : context;
  }

  private static TestRegistry registry(Store store) {
    return store.computeIfAbsent(TestRegistry.class, key -> startRegistry(), TestRegistry.class);
  }

  private static TestRegistry startRegistry() {
    try {
      return TestRegistry.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String base(ExtensionContext context) {
    return context.getConfigurationParameter(BASE).orElse(ContainerdContainer.BASE);
  }

  private static ContainerdContainer startContainerd(String base) {
    ContainerdContainer daemon = new ContainerdContainer(base);
    try {
      daemon.start();
    } catch (RuntimeException e) {
      daemon.close();
      throw e;
    }
    return daemon;
  }
}
