package io.github.ecrcontainerd.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PushListener;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proxies stand for the listeners, so that a method that is added later is called here too. */
class ListenerChainTest {
  private final List<String> calls = new ArrayList<>();

  static Stream<Method> eventsOfAPull() {
    return Arrays.stream(PullListener.class.getMethods());
  }

  static Stream<Method> eventsOfAPush() {
    return Arrays.stream(PushListener.class.getMethods());
  }

  @ParameterizedTest
  @MethodSource("eventsOfAPull")
  void passesEachEventOfAPullToBoth(Method event) throws Exception {
    call(event, new ListenerChain(recorder(OperationObserver.class), recorder(PullListener.class)));

    assertThat(calls)
        .containsExactly("OperationObserver " + event.getName(), "PullListener " + event.getName());
  }

  @ParameterizedTest
  @MethodSource("eventsOfAPush")
  void passesEachEventOfAPushToBoth(Method event) throws Exception {
    call(event, new ListenerChain(recorder(OperationObserver.class), recorder(PushListener.class)));

    assertThat(calls)
        .containsExactly("OperationObserver " + event.getName(), "PushListener " + event.getName());
  }

  private static void call(Method event, ListenerChain chain) throws Exception {
    @Nullable Object[] arguments = new @Nullable Object[event.getParameterCount()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = event.getParameterTypes()[i] == long.class ? 0L : null;
    }
    event.invoke(chain, arguments);
  }

  private <T> T recorder(Class<T> listener) {
    return listener.cast(
        Proxy.newProxyInstance(
            listener.getClassLoader(),
            new Class<?>[] {listener},
            (proxy, method, arguments) -> {
              calls.add(listener.getSimpleName() + " " + method.getName());
              return null;
            }));
  }
}
