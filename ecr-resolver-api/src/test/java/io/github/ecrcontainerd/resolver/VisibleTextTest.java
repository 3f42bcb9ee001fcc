package io.github.ecrcontainerd.resolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class VisibleTextTest {

  @Test
  void leavesTextAsItIs() {
    for (String text : new String[] {"", "a\tb\nc", "Käse \u00a0 \u4e2d \ud83d\ude00 \\u001b"}) {
      assertThat(VisibleText.of(text)).isEqualTo(text);
    }
  }

  @Test
  void showsEachCharacterThatATerminalObeys() {
    for (char each = 0; each < 0xa0; each++) {
      boolean plain = (each >= ' ' && each <= '~') || each == '\n' || each == '\t';
      assertThat(VisibleText.of("a" + each + "b"))
          .isEqualTo("a" + (plain ? String.valueOf(each) : "\\u%04x".formatted((int) each)) + "b");
    }
  }

  @Test
  void showsWhatTurnsTheDirectionOfText() {
    assertThat(VisibleText.of("\u061c\u200e\u200f\u202a\u202e\u2066\u2069"))
        .isEqualTo("\\u061c\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069");
  }

  @Test
  void makesOneLineOfSeveral() {
    assertThat(VisibleText.line("a\r\nb\tc\u0085d\u2028e\u001b")).isEqualTo("a b c d e\\u001b");
  }

  @Test
  void cutsAMessageOfMegabytes() {
    assertThat(VisibleText.message("a\n" + "\u001b".repeat(5 << 20)))
        .startsWith("a \\u001b")
        .endsWith("...")
        .hasSize(2500);
    assertThat(VisibleText.message("x".repeat(2500))).isEqualTo("x".repeat(2500));
  }

  @Test
  void everyMessageThatQuotesIsOneHarmlessLine() {
    assertThatThrownBy(() -> Digest.parse("x\u009b2J\n\u202e\u001b"))
        .hasMessageContaining("\"x\\u009b2J \\u202e\\u001b\"");
    assertThat(
            new ResolverException(
                ResolverException.Code.REJECTED, "op", "ref", null, "a\u001bb\nc", null))
        .hasMessage("a\\u001bb c");
  }
}
