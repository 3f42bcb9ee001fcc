package io.github.ecrcontainerd.containerd.internal.scope;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessMarkTest {
  private final ProcessMark own = ProcessMark.own().orElseThrow();

  @Test
  void thisProcessHasNotEnded() {
    assertThat(own.hasEnded()).isFalse();
    assertThat(own.pid()).isEqualTo(ProcessHandle.current().pid());
  }

  @Test
  void aProcessThatHasEndedHas() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();

    assertThat(new ProcessMark(own.boot(), own.namespace(), process.pid(), "0").hasEnded())
        .isTrue();
  }

  /** Another one may have its number by now. */
  @Test
  void aProcessThatStartedAtAnotherTimeHasEnded() {
    assertThat(
            new ProcessMark(own.boot(), own.namespace(), own.pid(), own.start() + "0").hasEnded())
        .isTrue();
  }

  @Test
  void nothingIsKnownOfProcessesElsewhere() {
    assertThat(new ProcessMark("another boot", own.namespace(), 1, "0").hasEnded()).isFalse();
    assertThat(new ProcessMark(own.boot(), "pid:[1]", 1, "0").hasEnded()).isFalse();
  }

  @Test
  void isReadAsItWasWritten() {
    assertThat(ProcessMark.parse(own.toString())).hasValue(own);
    for (String other : new String[] {"", "a b c d", "a b 1", "a b 1 d e"}) {
      assertThat(ProcessMark.parse(other)).as(other).isEqualTo(Optional.empty());
    }
  }
}
