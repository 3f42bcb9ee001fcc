package io.github.ecrcontainerd.ecr.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

class EarlyHttpClientTest {

  /** Counts how often it was closed. */
  private record Closes(AtomicInteger count) implements SdkAsyncHttpClient {
    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      count.incrementAndGet();
    }
  }

  @Test
  void closesTheClientThatItMadeOnce() {
    AtomicInteger closes = new AtomicInteger();
    EarlyHttpClient early = new EarlyHttpClient(() -> new Closes(closes), Runnable::run);

    early.close();
    early.close();

    assertThat(closes).hasValue(1);
  }

  @Test
  void hasNothingToCloseWhereNoClientCouldBeMade() {
    EarlyHttpClient early =
        new EarlyHttpClient(
            () -> {
              throw new IllegalStateException("no library");
            },
            Runnable::run);

    assertThatCode(early::close).doesNotThrowAnyException();
    assertThatCode(early::close).doesNotThrowAnyException();
  }
}
