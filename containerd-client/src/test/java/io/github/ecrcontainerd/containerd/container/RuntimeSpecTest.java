package io.github.ecrcontainerd.containerd.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RuntimeSpecTest {

  private static JsonNode json(RuntimeSpec spec) {
    return new JsonMapper().readTree(spec.json());
  }

  @Test
  void runsWhatItIsTold() {
    JsonNode process =
        json(new RuntimeSpec(
                List.of("a", "b \"c\""), List.of("X=1"), "/srv", new ProcessUser(7, 8), ""))
            .get("process");
    assertThat(process.get("args").toString()).isEqualTo("[\"a\",\"b \\\"c\\\"\"]");
    assertThat(process.get("env").toString()).isEqualTo("[\"X=1\"]");
    assertThat(process.get("cwd").asString()).isEqualTo("/srv");
    assertThat(process.get("user").toString()).isEqualTo("{\"uid\":7,\"gid\":8}");
    assertThat(process.get("terminal").asBoolean()).isFalse();
  }

  @Test
  void givesTheSupplementaryGroups() {
    RuntimeSpec spec =
        new RuntimeSpec(List.of("a"), List.of(), "/", new ProcessUser(7, 8, List.of(8, 9)), "");
    assertThat(json(spec).get("process").get("user").toString())
        .isEqualTo("{\"uid\":7,\"gid\":8,\"additionalGids\":[8,9]}");
  }

  @Test
  void refusesNumbersThatRuncTakesForOthers() {
    assertThatThrownBy(() -> new ProcessUser(-1, 0)).hasMessageContaining("-1:0");
    assertThatThrownBy(() -> new ProcessUser(0, 0, List.of(-1))).hasMessageContaining("[-1]");
  }

  @Test
  void wallsTheProgramOff() {
    JsonNode spec = json(RuntimeSpec.of("sh"));
    assertThat(spec.get("process").get("noNewPrivileges").asBoolean()).isTrue();
    assertThat(spec.get("linux").get("namespaces").findValuesAsString("type"))
        .containsExactly("pid", "ipc", "uts", "mount", "network");
    assertThat(spec.get("linux").get("maskedPaths").toString()).contains("/proc/kcore");
    assertThat(spec.get("linux").has("cgroupsPath")).isFalse();
  }

  @Test
  void namesItsControlGroup() {
    JsonNode spec = json(RuntimeSpec.of("sh").withCgroupsPath("/default/x"));
    assertThat(spec.get("linux").get("cgroupsPath").asString()).isEqualTo("/default/x");
  }

  @Test
  void refusesToRunNothing() {
    assertThatThrownBy(() -> RuntimeSpec.of()).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesARelativeDirectory() {
    assertThatThrownBy(() -> new RuntimeSpec(List.of("sh"), List.of(), "srv", ProcessUser.ROOT, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("srv");
  }
}
