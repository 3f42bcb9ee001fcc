package io.github.ecrcontainerd.resolver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Comparator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuVariantTest {
  private static final String V2 = "fpu lm cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3";
  private static final String V3 = V2 + " abm avx avx2 bmi1 bmi2 f16c fma movbe xsave";
  private static final String V4 = V3 + " avx512f avx512bw avx512cd avx512dq avx512vl";

  private static String flags(String flags) {
    return "processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: " + flags + "\nbugs\t\t: x\n";
  }

  @Test
  void isTheHighestLevelWhoseFlagsAreAllThere() {
    assertThat(CpuVariant.of("amd64", flags("fpu lm"))).isEqualTo("v1");
    assertThat(CpuVariant.of("amd64", flags(V2))).isEqualTo("v2");
    assertThat(CpuVariant.of("amd64", flags(V3))).isEqualTo("v3");
    assertThat(CpuVariant.of("amd64", flags(V4))).isEqualTo("v4");
    assertThat(CpuVariant.of("amd64", flags(V4.replace(" movbe", "")))).isEqualTo("v2");
    assertThat(CpuVariant.of("amd64", flags(V3.replace(" cx16", "")))).isEqualTo("v1");
    assertThat(CpuVariant.of("amd64", "")).isEqualTo("v1");
  }

  @ParameterizedTest(name = "CPU architecture: {0}, of an {1}, is {2}")
  @CsvSource({
    "8, ARMv8 Processor rev 4, v8",
    "AArch64, ARMv8 Processor rev 4, v8",
    "7, ARMv7 Processor rev 4 (v7l), v7",
    "7, ARMv6-compatible processor rev 7 (v6l), v6",
    "7M, Cortex-M4, v7",
    "?(17), ARMv7 Processor, v7",
    "6TEJ, ARM926, v6",
    "5TE, ARM926, v5",
    "42, ARM, ''",
  })
  void isTheArchitectureVersionOfAnArm(String version, String model, String variant) {
    String cpuinfo = "model name\t: %s\nCPU architecture: %s\n".formatted(model, version);
    assertThat(CpuVariant.of("arm", cpuinfo)).isEqualTo(variant);
  }

  @Test
  void isNoneOfOtherArchitectures() {
    assertThat(CpuVariant.of("riscv64", "isa\t: rv64imafdc\n")).isEmpty();
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void isTheLevelThatTheCLibraryFinds() throws Exception {
    assertThat(CpuVariant.ofThisMachine("amd64")).isEqualTo("v" + levelByGlibc());
  }

  /** {@code x86-64-v3 (supported, searched)}: glibc names the levels from the second one on. */
  private static int levelByGlibc() throws IOException, InterruptedException {
    Process loader = new ProcessBuilder("/lib64/ld-linux-x86-64.so.2", "--help").start();
    String said = new String(loader.getInputStream().readAllBytes(), UTF_8);
    assertThat(loader.waitFor()).isZero();
    assertThat(said).contains("x86-64-v2");
    return Pattern.compile("x86-64-v([2-4]) \\(supported")
        .matcher(said)
        .results()
        .map((MatchResult match) -> Integer.parseInt(match.group(1)))
        .max(Comparator.naturalOrder())
        .orElse(1);
  }
}
