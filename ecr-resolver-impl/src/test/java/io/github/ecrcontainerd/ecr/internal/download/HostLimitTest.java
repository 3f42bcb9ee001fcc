package io.github.ecrcontainerd.ecr.internal.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HostLimitTest {
  private final HostLimit host = new HostLimit(Duration.ofMillis(50));

  @Test
  void hasNoLimitBeforeTheHostAsksToGoSlower() throws Exception {
    begin(1_000);
    assertThat(host.isReduced()).isFalse();
  }

  @Test
  void halvesOnceForEachRoundTrip() throws Exception {
    long begun = begin(16);

    host.slowDown(begun);
    host.slowDown(begun);

    assertThat(host.limit()).isEqualTo(8);
  }

  @Test
  void eachSuccessAllowsOneMoreUntilThereIsNoLimit() throws Exception {
    host.slowDown(begin(4));
    host.end(true);
    assertThat(host.limit()).isEqualTo(3);

    host.end(true);

    assertThat(host.isReduced()).isFalse();
  }

  @Test
  void aFailureAllowsNoMore() throws Exception {
    host.slowDown(begin(4));
    host.end(false);
    assertThat(host.limit()).isEqualTo(2);
  }

  @Test
  void sendsARequestAfterTheLongestWaitAllTheSame() throws Exception {
    host.slowDown(begin(1));
    long began = System.nanoTime();

    host.begin();

    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThanOrEqualTo(Duration.ofMillis(50));
  }

  private long begin(int requests) throws InterruptedException {
    long begun = 0;
    for (int request = 0; request < requests; request++) {
      begun = host.begin();
    }
    return begun;
  }
}
