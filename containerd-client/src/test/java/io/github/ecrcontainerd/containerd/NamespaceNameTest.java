package io.github.ecrcontainerd.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the daemon judges names as we do is in {@code PlacesIT}. */
class NamespaceNameTest {

  @ParameterizedTest
  @ValueSource(strings = {"default", "k8s.io", "a-b_c.d", "0", "MOBY"})
  void hasLettersAndDigitsWithSingleSeparatorsBetweenThem(String name) {
    assertThat(NamespaceName.check(name)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a/b", "-a", "a.", "a..b", "a\nb", "\u00e4"})
  void hasNothingElse(String name) {
    assertThatThrownBy(() -> NamespaceName.check(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Not a name for a namespace of containerd: \"" + name + "\"");
  }

  @Test
  void hasSeventySixCharactersAtMost() {
    assertThat(NamespaceName.check("n".repeat(76))).hasSize(76);
    assertThatThrownBy(() -> NamespaceName.check("n".repeat(77)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("76 at most");
  }

  @Test
  void isDefaultWhereTheEnvironmentNamesNone() {
    assertThat(NamespaceName.find(Map.of())).isEqualTo("default");
    assertThat(NamespaceName.find(Map.of("CONTAINERD_NAMESPACE", ""))).isEqualTo("default");
    assertThat(NamespaceName.find(Map.of("CONTAINERD_NAMESPACE", "k8s.io"))).isEqualTo("k8s.io");
    assertThatThrownBy(() -> NamespaceName.find(Map.of("CONTAINERD_NAMESPACE", "/")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("CONTAINERD_NAMESPACE: Not a name");
  }
}
