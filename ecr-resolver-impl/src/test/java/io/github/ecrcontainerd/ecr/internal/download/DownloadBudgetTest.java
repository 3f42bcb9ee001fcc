package io.github.ecrcontainerd.ecr.internal.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class DownloadBudgetTest {

  @Test
  void lendsNoMoreThanItHas() throws Exception {
    DownloadBudget budget = new DownloadBudget(10, 3000, 1000);
    byte[] first = budget.take(1000);
    assertThat(budget.take(1000)).hasSize(1000);
    assertThat(budget.take(1000)).hasSize(1000);
    assertThat(budget.takeNow(1)).isNull();

    budget.giveBack(first);
    assertThat(budget.takeNow(900)).isSameAs(first);
  }

  @Test
  void lendsSmallBuffersByTheirOwnSize() throws Exception {
    DownloadBudget budget = new DownloadBudget(10, 1000, 1000);
    assertThat(budget.take(10)).hasSize(10);
    assertThat(budget.take(500)).hasSize(500);
    assertThat(budget.takeNow(491)).isNull();
    assertThat(budget.takeNow(490)).hasSize(490);
  }

  @Test
  void lendsNoBufferWithoutAConnection() throws Exception {
    DownloadBudget budget = new DownloadBudget(1, 3000, 1000);
    assertThat(budget.take(1000)).isNotNull();
    assertThat(budget.takeNow(1000)).isNull();
    budget.giveBackConnection();
    assertThat(budget.takeNow(1000)).isNotNull();
  }

  @Test
  void servesWhoWaitsBeforeWhoOnlyAsks() throws Exception {
    DownloadBudget budget = new DownloadBudget(10, 2000, 1000);
    byte[] first = budget.take(1000);
    byte[] small = budget.take(100);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<byte[]> waiting = threads.submit(() -> budget.take(1000));
      // 900 bytes are free: as soon as the other waits for 1000, nobody gets them before it.
      byte[] taken = budget.takeNow(500);
      while (taken != null) {
        budget.giveBack(taken);
        budget.giveBackConnection();
        taken = budget.takeNow(500);
      }
      assertThat(waiting.isDone()).isFalse();
      budget.giveBack(small);
      assertThat(waiting.get(5, TimeUnit.SECONDS)).hasSize(1000).isNotSameAs(first);
    }
  }
}
