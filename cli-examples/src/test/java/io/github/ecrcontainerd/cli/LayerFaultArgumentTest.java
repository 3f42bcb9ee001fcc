package io.github.ecrcontainerd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.local.LayerFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerFaultArgumentTest {
  @Test
  void readsFaultsWithAndWithoutANumberOfBytes() {
    assertThat(LayerFaultArgument.read("reset:0")).isEqualTo(LayerFault.resetAfter(0));
    assertThat(LayerFaultArgument.read("close:1000000"))
        .isEqualTo(LayerFault.closeAfter(1_000_000));
    assertThat(LayerFaultArgument.read("stall:7")).isEqualTo(LayerFault.stallAfter(7));
    assertThat(LayerFaultArgument.read("corrupt:8")).isEqualTo(LayerFault.corruptByte(8));
    assertThat(LayerFaultArgument.read("slow:9")).isEqualTo(LayerFault.slowTo(9));
    assertThat(LayerFaultArgument.read("wrong-length:-1")).isEqualTo(LayerFault.wrongLength(-1));
    assertThat(LayerFaultArgument.read("slow-down")).isEqualTo(LayerFault.slowDown());
    assertThat(LayerFaultArgument.read("server-error")).isEqualTo(LayerFault.serverError());
    assertThat(LayerFaultArgument.read("expired-url")).isEqualTo(LayerFault.expiredUrl());
    assertThat(LayerFaultArgument.read("whole-blob")).isEqualTo(LayerFault.wholeBlob());
    assertThat(LayerFaultArgument.read("wrong-range")).isEqualTo(LayerFault.wrongContentRange());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "fire, unknown fault 'fire'",
        "reset, 'reset' needs a number of bytes: reset:1000000",
        "reset:, has no number of bytes after its colon",
        "reset:much, has no number of bytes after its colon",
        "reset:-1, 'reset' can't have -1 bytes",
        "slow:0, 'slow' can't have 0 bytes",
        "slow-down:1, write slow-down",
      })
  void saysWhatIsWrong(String text, String message) {
    assertThatThrownBy(() -> LayerFaultArgument.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
