package io.github.ecrcontainerd.ecr.internal.download;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HedgeBudgetTest {
  private static final int RANGE = 8 << 20;

  private final HedgeBudget budget = new HedgeBudget(RANGE);

  @Test
  void allowsOneRequestInTwentyAndTwoMore() {
    assertThat(allowed(1)).isEqualTo(2);
    ask(20);
    assertThat(allowed(1)).isEqualTo(1);
    ask(60);
    assertThat(allowed(1)).isEqualTo(3);
  }

  @Test
  void allowsOneByteInTwentyAndOneRangeMore() {
    assertThat(allowed(RANGE)).isEqualTo(1);
    ask(19);
    assertThat(allowed(RANGE)).isZero();
    ask(1);
    assertThat(allowed(RANGE)).isEqualTo(1);
  }

  private void ask(int requests) {
    for (int i = 0; i < requests; i++) {
      budget.requested(RANGE);
    }
  }

  private int allowed(int bytes) {
    int count = 0;
    while (budget.tryHedge(bytes)) {
      count++;
    }
    return count;
  }
}
