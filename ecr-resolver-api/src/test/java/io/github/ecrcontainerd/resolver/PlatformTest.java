package io.github.ecrcontainerd.resolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformTest {

  @ParameterizedTest
  @CsvSource({
    "linux/amd64, linux/amd64",
    "Linux/x86_64, linux/amd64",
    "linux/amd64/v1, linux/amd64",
    "linux/amd64/v3, linux/amd64/v3",
    "linux/aarch64, linux/arm64",
    "linux/arm64/v8, linux/arm64",
    "linux/arm64/8, linux/arm64",
    "linux/arm, linux/arm/v7",
    "linux/armhf, linux/arm/v7",
    "linux/armel, linux/arm/v6",
    "linux/arm/6, linux/arm/v6",
    "linux/i686, linux/386",
    "arm64, linux/arm64",
    "windows/amd64, windows/amd64",
    "macos/arm64, darwin/arm64",
  })
  void hasOneNormalForm(String text, String normal) {
    assertThat(Platform.parse(text)).hasToString(normal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "linux/", "linux/amd64/v1/x", "linux amd64", "linux//v7"})
  void refusesWhatIsNotOne(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Platform.parse(text))
        .withMessageContaining("for example linux/arm64");
  }

  @ParameterizedTest(name = "{0} takes {2} of {1}")
  @CsvSource({
    "linux/amd64, linux/arm64 linux/amd64, linux/amd64",
    "linux/amd64, linux/386 linux/amd64, linux/amd64",
    "linux/amd64, linux/386 linux/arm64, linux/386",
    "linux/amd64, linux/amd64/v3 linux/amd64/v2, none",
    "linux/amd64/v3, linux/amd64 linux/amd64/v2, linux/amd64/v2",
    "linux/arm64, linux/arm/v6 linux/arm/v7, linux/arm/v7",
    "linux/arm/v7, linux/arm/v5 linux/arm/v6 linux/arm64, linux/arm/v6",
    "linux/arm/v6, linux/arm/v7, none",
    "linux/amd64, windows/amd64, none",
    "linux/riscv64, linux/riscv64 linux/amd64, linux/riscv64",
  })
  void takesTheBestThatItsProcessorUnderstands(String wanted, String offered, String chosen) {
    List<Platform> platforms = Stream.of(offered.split(" ")).map(Platform::parse).toList();
    assertThat(Platform.parse(wanted).best(platforms).map(platforms::get).map(Platform::toString))
        .isEqualTo(chosen.equals("none") ? Optional.empty() : Optional.of(chosen));
  }

  @Test
  void takesAWindowsBuildOnlyIfItIsItsOwn() {
    Platform host = new Platform("windows", "amd64", "", "10.0.20348");
    List<Platform> offered =
        List.of(
            new Platform("windows", "amd64", "", "10.0.17763"),
            new Platform("windows", "amd64", "", "10.0.20348"));
    assertThat(host.best(offered)).contains(1);
  }
}
