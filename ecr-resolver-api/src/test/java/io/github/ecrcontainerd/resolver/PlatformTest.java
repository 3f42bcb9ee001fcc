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
    "linux/arm64/v8.0, linux/arm64",
    "linux/arm64/9, linux/arm64/v9",
    "linux/arm64/v8.2, linux/arm64/v8.2",
    "windows(10.0.17763)/amd64, windows(10.0.17763)/amd64",
    "windows()/amd64, windows/amd64",
    "wasi/wasm, wasi/wasm",
  })
  void hasOneNormalForm(String text, String normal) {
    assertThat(Platform.parse(text)).hasToString(normal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "linux/",
        "linux/amd64/v1/x",
        "linux amd64",
        "linux//v7",
        "windows(10.0.17763/amd64",
        "linux/amd64(1)",
        "windows(10.0+win32k)/amd64"
      })
  void refusesWhatIsNotOne(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Platform.parse(text))
        .withMessageContaining("for example linux/arm64");
  }

  @ParameterizedTest
  @CsvSource({
    "linux/foo, architecture, riscv64",
    "foo, architecture, riscv64",
    "foo/amd64, operating system, freebsd",
    "foo(1.2.3), operating system, freebsd",
    "unknown/unknown, operating system, freebsd",
  })
  void namesTheKnownOnesWhereOneIsUnknown(String text, String what, String known) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Platform.parse(text))
        .withMessageContaining('"' + text + '"')
        .withMessageContaining("unknown " + what)
        .withMessageContaining(known);
  }

  @Test
  void isAlsoWhatAnIndexSaysOfPlatformsThatNobodyKnows() {
    assertThat(Platform.of("unknown", "unknown")).hasToString("unknown/unknown");
    assertThat(Platform.parse("linux/amd64").best(List.of(Platform.of("linux", "foo")))).isEmpty();
  }

  @Test
  void takesAnOperatingSystemAloneForThisMachinesArchitecture() {
    assertThat(Platform.parse("linux")).isEqualTo(Platform.current());
    assertThat(Platform.parse("windows(10.0.17763)").architecture())
        .isEqualTo(Platform.current().architecture());
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
    "linux/amd64/v3, linux/amd64/v3, linux/amd64/v3",
    "linux/amd64/v3, linux/amd64/v4 linux/amd64/v2 linux/amd64, linux/amd64/v2",
    "linux/arm64/v9.1, linux/arm64 linux/arm64/v8.6 linux/arm64/v8.7, linux/arm64/v8.6",
    "linux/arm64/v9, linux/arm64/v9.1 linux/arm64/v8.5, linux/arm64/v8.5",
    "linux/arm64/v8.2, linux/arm/v7 linux/arm64, linux/arm64",
    "linux/arm64, linux/arm64/v8.1 linux/arm/v8, linux/arm/v8",
    "windows/amd64, windows(10.0.17763.1)/amd64 windows(10.0.20348.9)/amd64 windows/amd64,"
        + " windows(10.0.20348.9)/amd64",
    "windows/amd64, windows(10.0.17763.999)/amd64 windows(10.0.17763.1000)/amd64,"
        + " windows(10.0.17763.1000)/amd64",
    "windows(10.0.17763)/amd64, windows(10.0.20348.9)/amd64 windows(10.0.17763.1)/amd64,"
        + " windows(10.0.17763.1)/amd64",
    "windows(10.0.17763)/amd64, windows(10.0.20348.9)/amd64 windows/amd64, windows/amd64",
    "windows(10.0.17763)/amd64, windows(10.0.14393.1)/amd64, none",
    "windows(10.0.26100)/amd64, windows(10.0.17763)/amd64 windows(10.0.20348)/amd64,"
        + " windows(10.0.20348)/amd64",
    "windows(10.0.26200)/amd64, windows(10.0.20348)/amd64, none",
  })
  void takesTheBestThatItsProcessorUnderstands(String wanted, String offered, String chosen) {
    List<Platform> platforms = Stream.of(offered.split(" ")).map(Platform::parse).toList();
    assertThat(Platform.parse(wanted).best(platforms).map(platforms::get).map(Platform::toString))
        .isEqualTo(chosen.equals("none") ? Optional.empty() : Optional.of(chosen));
  }
}
