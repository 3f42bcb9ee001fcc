package io.github.ecrcontainerd.it.daemon;

import java.util.function.Supplier;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test class its own containerd, and a parameter of type {@link Containerd} to its methods.
 * All tests of the class share the daemon, in the order in which they run. The daemon ends with the
 * class, and the class fails if the daemon leaves a process, a mount or a file behind.
 *
 * <pre>{@code
 * @WithContainerd
 * class PullIT {
 *   @Test
 *   void pulls(Containerd containerd) { ... containerd.socket() ... }
 * }
 * }</pre>
 *
 * <p>The daemon is that of the {@code PATH}, or of the directory that the system property {@code
 * it.containerd} names. If it is missing, the tests fail: they are never skipped.
 */
public final class PrivateContainerd implements BeforeAllCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(PrivateContainerd.class);

  private final Supplier<Containerd> opening;

  /** The usual daemon of the tests; JUnit calls this. */
  public PrivateContainerd() {
    this(Containerd::open);
  }

  /** Another daemon, for an extension that the test class registers itself. */
  public PrivateContainerd(Supplier<Containerd> opening) {
    this.opening = opening;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    daemon(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Containerd.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return daemon(context);
  }

  /** The daemon of this class, or of the class that it is nested in; the store closes it. */
  private Containerd daemon(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(Containerd.class, key -> opening.get(), Containerd.class);
  }
}
